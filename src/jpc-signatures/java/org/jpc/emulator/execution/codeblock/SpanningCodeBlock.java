package org.jpc.emulator.execution.codeblock;

public abstract class SpanningCodeBlock {}
