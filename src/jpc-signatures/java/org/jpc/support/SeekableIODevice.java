package org.jpc.support;

public interface SeekableIODevice {}
