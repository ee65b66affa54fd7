package org.jpc.emulator.execution.codeblock;

public class CodeBlockManager {}
