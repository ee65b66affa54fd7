package dev.virtio4j.guest;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.io.IOUtils;
import org.tukaani.xz.XZInputStream;

/** Makes the guest of Debian's kernel for i386 and its statically linked busybox. */
final class DebianGuest {
  /** A package without files that depends on the newest kernel's package. */
  private static final String KERNEL_METAPACKAGE = "linux-image-686";

  private static final String BUSYBOX_PACKAGE = "busybox-static";

  /** What a guest may want to load, in this order; what they depend on they say themselves. */
  private static final List<String> MODULES =
      List.of(
          "virtio",
          "virtio_ring",
          "virtio_pci",
          "virtio_blk",
          "scsi_mod",
          "sd_mod",
          "sr_mod",
          "virtio_scsi",
          "ext4",
          "isofs");

  /** In the metapackage's field Depends: {@code linux-image-6.1.0-50-686 (= 6.1.176-1)}. */
  private static final Pattern KERNEL_DEPENDENCY =
      Pattern.compile("\\b(linux-image-[0-9][^ ,]*)(?: \\(= ([^)]+)\\))?");

  private final AptGet aptGet;
  private final Path target;
  private final Progress progress;
  private final Map<String, String> versions = new TreeMap<>();

  /**
   * Prepares to make a guest.
   *
   * @param aptGet gets the packages
   * @param target the directory for the guest's files
   * @param progress hears how far it is
   */
  DebianGuest(AptGet aptGet, Path target, Progress progress) {
    this.aptGet = aptGet;
    this.target = target;
    this.progress = progress;
  }

  /** Everything on which the initramfs depends beside the packages, as one text. */
  static String recipe() throws IOException {
    return String.join(" ", MODULES) + "\n" + new String(init(), StandardCharsets.UTF_8);
  }

  /**
   * Gets the packages and makes the guest.
   *
   * @return the version of each package that it is made from, by name
   * @throws IOException if the packages cannot be had or lack something
   */
  Map<String, String> make() throws IOException {
    aptGet.update();
    byte[] busybox = busybox(download(BUSYBOX_PACKAGE));
    DebianPackage kernelPackage = download(kernelPackageName());
    Path kernel = target.resolve(GuestCache.KERNEL);
    List<KernelModule> modules = copyKernel(kernelPackage, kernel).loadOrder(MODULES);
    Map<String, byte[]> contents = contents(kernelPackage, modules);
    writeInitramfs(target.resolve(GuestCache.INITRAMFS), busybox, modules, contents);
    return versions;
  }

  private DebianPackage download(String name) throws IOException {
    DebianPackage deb = new DebianPackage(aptGet.download(name));
    Map<String, String> control = deb.control();
    versions.put(control.get("Package"), control.get("Version"));
    return deb;
  }

  private String kernelPackageName() throws IOException {
    DebianPackage metapackage = new DebianPackage(aptGet.download(KERNEL_METAPACKAGE));
    String depends = metapackage.control().getOrDefault("Depends", "");
    Matcher kernel = KERNEL_DEPENDENCY.matcher(depends);
    if (!kernel.find()) {
      throw new IOException(KERNEL_METAPACKAGE + " depends on no kernel package: " + depends);
    }
    return kernel.group(2) == null ? kernel.group(1) : kernel.group(1) + "=" + kernel.group(2);
  }

  private byte[] busybox(DebianPackage deb) throws IOException {
    List<byte[]> found = new ArrayList<>();
    deb.forEachFile(
        (name, content) -> {
          if (name.equals("bin/busybox") || name.equals("usr/bin/busybox")) {
            found.add(content.readAllBytes());
          }
        },
        progress,
        "unpacking busybox");
    if (found.isEmpty()) {
      throw new IOException(BUSYBOX_PACKAGE + " has no bin/busybox");
    }
    return found.get(0);
  }

  /** Copies the kernel out of its package, and reads what its modules say on the same way. */
  private KernelModules copyKernel(DebianPackage deb, Path kernel) throws IOException {
    List<KernelModule> modules = new ArrayList<>();
    Set<String> builtIn = new HashSet<>();
    deb.forEachFile(
        (name, content) -> {
          if (name.startsWith("boot/vmlinuz-")) {
            Files.copy(content, kernel, StandardCopyOption.REPLACE_EXISTING);
          } else if (name.endsWith("/modules.builtin")) {
            IOUtils.readLines(content, StandardCharsets.UTF_8).stream()
                .map(KernelModule::nameOf)
                .forEach(builtIn::add);
          } else if (KernelModule.isModule(name)) {
            modules.add(KernelModule.parse(name, readModule(name, content)));
          }
        },
        progress,
        "reading kernel modules");
    if (!Files.exists(kernel)) {
      throw new IOException("the kernel package has no boot/vmlinuz");
    }
    return new KernelModules(modules, builtIn);
  }

  /** A second way through the package, for the modules that the first one found to be needed. */
  private Map<String, byte[]> contents(DebianPackage deb, List<KernelModule> modules)
      throws IOException {
    Set<String> paths = modules.stream().map(KernelModule::path).collect(Collectors.toSet());
    Map<String, byte[]> contents = new HashMap<>();
    deb.forEachFile(
        (name, content) -> {
          if (paths.contains(name)) {
            contents.put(name, KernelModule.withoutSignature(readModule(name, content)));
          }
        },
        progress,
        "unpacking kernel modules");
    return contents;
  }

  private static byte[] readModule(String name, InputStream content) throws IOException {
    return (name.endsWith(".xz") ? new XZInputStream(content) : content).readAllBytes();
  }

  private static void writeInitramfs(
      Path file, byte[] busybox, List<KernelModule> modules, Map<String, byte[]> contents)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        Initramfs initramfs = new Initramfs(out)) {
      for (String directory : List.of("bin", "dev", "lib", "lib/modules", "mnt", "proc", "sys")) {
        initramfs.directory(directory);
      }
      initramfs.characterDevice("dev/console", 5, 1); // the kernel opens it before init mounts /dev
      initramfs.executable("bin/busybox", busybox);
      initramfs.link("bin/sh", "busybox");
      initramfs.executable("init", init());
      for (KernelModule module : modules) {
        initramfs.file("lib/modules/" + module.name() + ".ko", contents.get(module.path()));
      }
      String order =
          modules.stream().map(module -> module.name() + ".ko\n").collect(Collectors.joining());
      initramfs.file("lib/modules/order", order.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static byte[] init() throws IOException {
    return IOUtils.resourceToByteArray("/dev/virtio4j/guest/init");
  }
}
