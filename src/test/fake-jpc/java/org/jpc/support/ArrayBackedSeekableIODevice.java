package org.jpc.support;

public class ArrayBackedSeekableIODevice implements SeekableIODevice {
  public ArrayBackedSeekableIODevice(String name, byte[] image) {}
}
