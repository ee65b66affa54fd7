package dev.virtio4j.junit;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.MemorySize;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.JpcLoader;
import dev.virtio4j.machine.JpcOptions;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.ReferenceHost;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;

/** Boots the guest of a test when it asks for its console, and ends it after the test. */
final class GuestExtension
    implements ParameterResolver,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private static final String HOST = "virtio4j.host";
  private static final String JPC = "virtio4j.jpc";

  private static final Namespace NAMESPACE = Namespace.create(GuestExtension.class);

  /** How much of a serial log is added to a failure. */
  private static final int MAX_LOG = 16 * 1024;

  /** Closed by JUnit at the end of the test, or of the class if {@code @BeforeAll} asked for it. */
  private record Booted(GuestConsole console) implements Store.CloseableResource {
    @Override
    public void close() {
      console.close();
    }
  }

  /** What the guest sent; its trace of calls says nothing. */
  private static final class SerialLog extends Exception {
    private static final long serialVersionUID = 1L;

    SerialLog(String text) {
      super(text, null, false, false);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == GuestConsole.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Booted.class, key -> boot(guest(context), context), Booted.class)
        .console();
  }

  /** The annotation of the method, else of its class, else of one around that. */
  private static Guest guest(ExtensionContext context) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      Optional<Guest> guest = AnnotationSupport.findAnnotation(at.get().getElement(), Guest.class);
      if (guest.isPresent()) {
        return guest.get();
      }
    }
    throw new ParameterResolutionException("@Guest is missing: put it on the test or its class");
  }

  private static Booted boot(Guest guest, ExtensionContext context) {
    try {
      return new Booted(GuestConsole.open(host(guest, context), options(guest)));
    } catch (BadInputException | IllegalArgumentException e) {
      throw new ParameterResolutionException("@Guest: " + e.getMessage(), e);
    }
  }

  private static Host host(Guest guest, ExtensionContext context) throws BadInputException {
    String host =
        guest.host().isEmpty()
            ? context.getConfigurationParameter(HOST).orElse("reference")
            : guest.host();
    return switch (host) {
      case "reference" -> referenceHost(context);
      case "jpc" -> JpcLoader.load(jpc(context));
      default -> throw new IllegalArgumentException("'" + host + "' is not reference or jpc");
    };
  }

  /** One for all tests, since its machines share what was translated of the guests' code. */
  private static Host referenceHost(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(ReferenceHost.class, key -> new ReferenceHost(), Host.class);
  }

  private static JpcOptions jpc(ExtensionContext context) {
    String jar =
        context
            .getConfigurationParameter(JPC)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "host jpc needs -D" + JPC + "=JAR, the jar of a JPC"));
    return new JpcOptions(Path.of(jar), false, "all", List.of());
  }

  private static MachineOptions options(Guest guest) {
    boolean booted = guest.restore().isEmpty();
    if (booted && guest.kernel().isEmpty() && guest.firmware().isEmpty()) {
      throw new IllegalArgumentException("give kernel or firmware to boot, or restore");
    }
    return new MachineOptions(
        MemorySize.parse(guest.memory()).bytes(),
        path(guest.restore()),
        path(guest.firmware()),
        path(guest.kernel()),
        path(guest.initrd()),
        guest.append(),
        Arrays.stream(guest.drives()).map(DriveOptions::parse).toList(),
        true,
        false);
  }

  private static Path path(String text) {
    return text.isEmpty() ? null : Path.of(text);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw withLog(context, failure);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw withLog(context, failure);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw withLog(context, failure);
  }

  @Override
  public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw withLog(context, failure);
  }

  private static Throwable withLog(ExtensionContext context, Throwable failure) {
    Booted booted = context.getStore(NAMESPACE).get(Booted.class, Booted.class);
    if (booted != null) {
      String log = booted.console().serial();
      String end = log.substring(Math.max(0, log.length() - MAX_LOG));
      failure.addSuppressed(new SerialLog("the guest sent on its serial line:\n" + end));
    }
    return failure;
  }
}
