package org.jpc.j2se;

import javax.swing.JPanel;
import org.jpc.emulator.PC;

public class PCMonitor extends JPanel {
  private static final long serialVersionUID = 1L;

  public PCMonitor(PC pc) {}

  public native void startUpdateThread();

  public native void stopUpdateThread();
}
