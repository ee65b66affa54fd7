package dev.virtio4j.guest;

import static dev.virtio4j.guest.SyntheticPackages.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Kernel modules are loaded in the order that they ask for")
class KernelModulesTest {
  private static final String DIRECTORY = "lib/modules/6.1.0-1-686/kernel/";

  @Test
  @DisplayName(
      "a module's name, dependencies, soft dependencies and aliases are read from its ELF file")
  void readsModinfo() throws IOException {
    byte[] elf =
        SyntheticPackages.module(
            "license=GPL",
            "softdep=pre: crypto-crc32c nls post: later",
            "alias=fs-ext4",
            "alias=ext3",
            "depends=jbd2,crc-t10dif",
            "name=ext4");

    KernelModule parsed = KernelModule.parse(DIRECTORY + "fs/ext4-fs.ko", elf);

    assertThat(parsed)
        .isEqualTo(
            new KernelModule(
                "ext4_fs",
                DIRECTORY + "fs/ext4-fs.ko",
                List.of("jbd2", "crc_t10dif"),
                List.of("crypto_crc32c", "nls"),
                List.of("fs_ext4", "ext3")));
  }

  @Test
  @DisplayName("what is no ELF file for i386, or is cut short, is refused by name")
  void refusesOtherFiles() {
    byte[] elf64 = SyntheticPackages.module("name=x");
    elf64[4] = 2;
    byte[] cut = Arrays.copyOf(SyntheticPackages.module("name=x"), 100);

    for (byte[] file : List.of(elf64, cut, new byte[0], bytes("no module, just some text"))) {
      assertThatThrownBy(() -> KernelModule.parse("a/x.ko", file))
          .isInstanceOf(IOException.class)
          .hasMessage("a/x.ko: no kernel module for i386");
    }
  }

  @Test
  @DisplayName("each module comes after what it depends on, and none twice")
  void ordersByDependency() throws IOException {
    KernelModules modules =
        modules(
            module("drivers/virtio_pci.ko", "depends=virtio_ring,virtio"),
            module("drivers/virtio_blk.ko", "depends=virtio,virtio_ring"),
            module("drivers/virtio_ring.ko", "depends=virtio"),
            module("drivers/virtio.ko", "depends="));

    assertThat(modules.loadOrder(List.of("virtio_pci", "virtio_blk")))
        .extracting(KernelModule::name)
        .containsExactly("virtio", "virtio_ring", "virtio_pci", "virtio_blk");
  }

  @Test
  @DisplayName("a soft dependency by alias gets the module that runs on any processor")
  void prefersPortableModules() throws IOException {
    KernelModules modules =
        modules(
            module("fs/ext4.ko", "softdep=pre: crypto-crc32c not-there"),
            module("arch/x86/crypto/crc32c-intel.ko", "alias=crypto-crc32c"),
            module("crypto/crc32c_generic.ko", "alias=crypto-crc32c"));

    assertThat(modules.loadOrder(List.of("ext4")))
        .extracting(KernelModule::name)
        .containsExactly("crc32c_generic", "ext4");
  }

  @Test
  @DisplayName("what is built into the kernel needs no module")
  void builtInNeedsNoModule() throws IOException {
    KernelModules modules = modules(module("fs/ext4.ko", "depends=crc16"));

    assertThat(modules.loadOrder(List.of("ext4", "scsi_mod")))
        .extracting(KernelModule::name)
        .containsExactly("ext4");
  }

  @Test
  @DisplayName("a module that is missing is named, with the one that needs it")
  void namesMissingModules() throws IOException {
    KernelModules modules = modules(module("fs/ext4.ko", "depends=jbd2"));

    assertThatThrownBy(() -> modules.loadOrder(List.of("ext4")))
        .isInstanceOf(IOException.class)
        .hasMessage("the kernel package has no module jbd2, needed by ext4");
  }

  @Test
  @DisplayName("an appended signature is taken off, and nothing else")
  void takesOffSignatures() {
    byte[] plain = SyntheticPackages.module("name=x");
    byte[] marker = bytes("~Module signature appended~\n");
    byte[] signed =
        ByteBuffer.allocate(plain.length + 5 + 12 + marker.length)
            .put(plain)
            .put(bytes("12345"))
            .put(new byte[8])
            .putInt(5)
            .put(marker)
            .array();

    assertThat(KernelModule.withoutSignature(signed)).isEqualTo(plain);
    assertThat(KernelModule.withoutSignature(plain)).isSameAs(plain);
  }

  private static KernelModule module(String path, String... modinfo) throws IOException {
    return KernelModule.parse(DIRECTORY + path, SyntheticPackages.module(modinfo));
  }

  /** A kernel with some modules, and with crc16 and scsi_mod built in. */
  private static KernelModules modules(KernelModule... modules) {
    return new KernelModules(List.of(modules), Set.of("crc16", "scsi_mod"));
  }
}
