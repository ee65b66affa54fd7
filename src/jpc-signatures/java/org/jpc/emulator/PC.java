package org.jpc.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Calendar;
import org.jpc.emulator.processor.Processor;
import org.jpc.support.Clock;
import org.jpc.support.DriveSet;

public class PC {
  public static int SYS_RAM_SIZE;

  public PC(Clock clock, DriveSet drives, int ramSize) throws IOException {}

  public PC(Clock clock, DriveSet drives, int ramSize, Calendar startTime) throws IOException {}

  public final native int execute();

  public native int executeBlock();

  public native void start();

  public native void stop();

  public native void saveState(OutputStream out) throws IOException;

  public native void loadState(InputStream in) throws IOException;

  public native void reset();

  public native Processor getProcessor();

  public native HardwareComponent getComponent(Class<? extends HardwareComponent> type);
}
