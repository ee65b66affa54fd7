package dev.virtio4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arrows of the design. A package that does not exist yet keeps its rule. */
@DisplayName("DESIGN \"Layers\"")
class ArchitectureTest {
  private static final String ROOT = "dev.virtio4j.";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.virtio4j");

  /** Each package, and which others of ours it may import. */
  @SuppressWarnings("ImmutableEnumChecker") // the list is one of Stream.toList
  private enum Layer {
    // spotless:off
    HOST       ("host"),
    PCI        ("pci",         "host"),
    BLOCK      ("block"),
    SCSI       ("scsi",        "host", "block"),
    VIRTIO     ("virtio",      "host"),
    VIRTIO_PCI ("virtio.pci",  "host", "pci", "virtio"),
    VIRTIO_BLK ("virtio.blk",  "host", "virtio", "block", "scsi"),
    VIRTIO_SCSI("virtio.scsi", "host", "virtio", "scsi", "block"),
    PC_MEMORY  ("pc.memory",   "host"),
    PC_X87     ("pc.x87",      "host"),
    PC_CPU     ("pc.cpu",      "host", "pc.memory", "pc.x87"),
    PC_BOOT    ("pc.boot",     "host", "pc.memory"),
    PC         ("pc",          "host", "pci", "pc.memory", "pc.cpu", "pc.boot"),
    QTEST      ("qtest",       "host", "pc"),
    DESCRIPTOR ("descriptor",  "pci"),
    DRIVE      ("drive",       "descriptor", "host", "pci", "virtio", "virtio.pci", "virtio.blk", "virtio.scsi", "scsi", "block"),
    PLUGIN     ("plugin",      "descriptor", "host", "pci", "drive"),
    JPC        ("jpc",         "host", "pci", "virtio", "virtio.pci", "virtio.blk", "virtio.scsi", "scsi", "block", "drive"),
    MACHINE    ("machine",     "descriptor", "plugin", "host", "block", "drive", "pc", "pc.cpu", "pc.boot"),
    JUNIT      ("junit",       "machine", "drive", "block", "host"),
    JPC_BOOT   ("jpc.boot",    "host", "pci", "drive", "jpc", "machine", "pc", "pc.boot"),
    REPORT     ("report"),
    SUITE      ("suite",       "drive"),
    SUITE_RUN  ("suite.run",   "suite", "report", "machine", "plugin", "descriptor", "host", "block", "drive", "pc");
    // spotless:on

    final String name;
    final List<String> imports;

    Layer(String name, String... imports) {
      this.name = name;
      this.imports = Arrays.stream(imports).map(other -> ROOT + other).toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @DisplayName("an arrow only ever points down")
  void arrows(Layer layer) {
    DescribedPredicate<JavaClass> notBelow =
        DescribedPredicate.describe(
            "are ours, and not of " + layer.imports,
            other ->
                (other.getPackageName() + ".").startsWith(ROOT)
                    && !other.getPackageName().equals(ROOT + layer.name)
                    && !layer.imports.contains(other.getPackageName()));
    noClasses()
        .that()
        .resideInAPackage(ROOT + layer.name)
        .should()
        .dependOnClassesThat(notBelow)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  @DisplayName("only jpc imports org.jpc")
  void onlyJpcKnowsJpc() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "jpc..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.jpc..")
        .check(CLASSES);
  }

  @Test
  @DisplayName("only cli prints or exits")
  void onlyCliPrintsOrExits() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .check(CLASSES);
  }

  @Test
  @DisplayName("nobody imports cli")
  void nobodyImportsCli() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "cli..")
        .check(CLASSES);
  }
}
