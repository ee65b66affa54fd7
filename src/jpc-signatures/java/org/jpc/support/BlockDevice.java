package org.jpc.support;

public interface BlockDevice {}
