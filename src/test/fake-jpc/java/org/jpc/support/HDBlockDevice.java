package org.jpc.support;

public class HDBlockDevice implements BlockDevice {
  public HDBlockDevice(SeekableIODevice data) {}
}
