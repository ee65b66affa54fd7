package dev.virtio4j.pci;

/**
 * What a function tells about itself in the read-only part of its configuration header.
 *
 * @param vendor vendor ID, 16 bits
 * @param device device ID, 16 bits
 * @param revision revision ID, 8 bits
 * @param classCode base class, subclass and programming interface, 24 bits
 * @param subsystemVendor subsystem vendor ID, 16 bits
 * @param subsystem subsystem ID, 16 bits
 */
public record PciIdentity(
    int vendor, int device, int revision, int classCode, int subsystemVendor, int subsystem) {}
