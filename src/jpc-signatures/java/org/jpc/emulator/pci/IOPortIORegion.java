package org.jpc.emulator.pci;

import org.jpc.emulator.motherboard.IODevice;

public interface IOPortIORegion extends IODevice, IORegion {}
