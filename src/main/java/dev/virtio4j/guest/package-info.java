/**
 * Guests: from Debian packages to a kernel and an initramfs that the reference PC boots.
 *
 * <pre>
 *   GuestCache.fetch
 *     -&gt; AptGet              downloads the packages with the machine's own apt-get, without root
 *     -&gt; DebianPackage       reads a .deb as a stream; nothing of it is put on the host's disk by name
 *     -&gt; KernelModules       which modules a guest needs, in the order of loading, as the modules say
 *     -&gt; Initramfs           a newc cpio archive: busybox, the modules, and the script {@code init}
 *     =  GuestImage          kernel, initramfs, versions; kept in the user's cache directory
 * </pre>
 *
 * <p>{@link dev.virtio4j.guest.DemoDisk} is the host's half of the demo: it makes the disk, tells
 * the guest on the kernel's command line what is on it, and checks afterwards what the guest left
 * there. The guest's half is the function {@code demo} of the script {@code init}, in this
 * package's resources; the two change together.
 *
 * <p>This package knows files and packages and nothing of the emulated machine: it imports no other
 * package of this project.
 */
package dev.virtio4j.guest;
