/**
 * What {@code --drive} says, and the devices that come of it, for whatever host has them.
 *
 * <pre>
 *   DriveKey           the keys of --drive, from our plugin-descriptor.xml; DriveOptions reads them
 *     DriveImage       the image of a drive, and how it is opened
 *       DiskImage      a file, its format, and what is below it
 *     ScsiDrive        its place on a bus, and what it is there
 *   Drives             the drives of a machine: names, places, plugging in and out
 *     Drive            an OpenImage, and the FrontEnd that the guest sees since power-on:
 *                      BlkFront, ScsiDiskFront or CdromFront
 *     BusHost          the SCSI host of a bus
 * </pre>
 *
 * <p>May import {@code descriptor}, all that devices are made of, and no host.
 */
package dev.virtio4j.drive;
