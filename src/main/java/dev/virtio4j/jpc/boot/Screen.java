package dev.virtio4j.jpc.boot;

import javax.swing.JFrame;
import javax.swing.SwingUtilities;
import org.jpc.emulator.PC;
import org.jpc.j2se.PCMonitor;

/** A window with the display, keyboard and mouse of a PC. Closing it leaves the PC running. */
final class Screen {
  private final JFrame window;
  private PCMonitor monitor;

  /** Makes one; nothing is shown yet. */
  Screen() {
    window = new JFrame("virtio4j: JPC");
    window.setDefaultCloseOperation(JFrame.HIDE_ON_CLOSE);
  }

  /**
   * Shows a PC, in place of the one before.
   *
   * @param pc the PC
   */
  void show(PC pc) {
    if (monitor != null) {
      monitor.stopUpdateThread();
    }
    PCMonitor shown = new PCMonitor(pc);
    monitor = shown;
    SwingUtilities.invokeLater(
        () -> {
          window.setContentPane(shown);
          window.pack();
          window.setVisible(true);
          shown.requestFocus();
        });
    shown.startUpdateThread();
  }
}
