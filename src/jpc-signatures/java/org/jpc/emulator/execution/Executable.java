package org.jpc.emulator.execution;

public abstract class Executable {}
