package dev.virtio4j.suite;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.MemorySize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes cases of drafts; one that goes on from another, after that one. */
final class CaseReader {
  private static final List<String> HOSTS = List.of("reference", "jpc");

  private static final MemorySize MEMORY = MemorySize.parse("128M");

  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  /** What a case that goes on has from the saved machine. */
  private static final List<SuiteKey> OF_MACHINE =
      List.of(
          SuiteKey.KERNEL,
          SuiteKey.INITRD,
          SuiteKey.APPEND,
          SuiteKey.FIRMWARE,
          SuiteKey.HOST,
          SuiteKey.MEMORY,
          SuiteKey.DRIVES,
          SuiteKey.DEVICES);

  private final List<Draft> drafts;
  private final Map<SuiteKey, Value> defaults;
  private final String host;

  private final Map<Draft, Case> done = new HashMap<>();

  /** Those that are being read, each since the one before goes on from it. */
  private final Set<Draft> open = new LinkedHashSet<>();

  /**
   * Makes a reader.
   *
   * @param drafts all cases
   * @param defaults what holds for those that say nothing else
   * @param host the emulator, in place of the default one; null for none
   */
  CaseReader(List<Draft> drafts, Map<SuiteKey, Value> defaults, String host) {
    this.drafts = drafts;
    this.defaults = defaults;
    this.host = host;
  }

  /** Reads a case. */
  Case read(Draft draft) {
    Case known = done.get(draft);
    if (known == null) {
      open.add(draft);
      known = draft.own().containsKey(SuiteKey.FROM) ? goingOn(draft) : booting(draft);
      open.remove(draft);
      done.put(draft, known);
    }
    return known;
  }

  private Case booting(Draft draft) {
    Scope scope = draft.scope();
    Start start = start(draft);
    DriveReader reader = new DriveReader(scope, draft.axes());
    List<DriveOptions> drives = new ArrayList<>(reader.read(list(draft, SuiteKey.DRIVES)));
    List<Device> others = new ArrayList<>();
    for (Value given : list(draft, SuiteKey.DEVICES)) {
      Map<String, Value> keys = given.map();
      String type = type(given, keys, scope);
      if (DriveOptions.isOurs(type)) {
        drives.add(reader.device(type, keys, given));
      } else {
        others.add(device(type, keys, given, scope));
      }
    }
    return finish(
        draft,
        start,
        host(draft),
        has(draft, SuiteKey.MEMORY)
            ? scope.read(get(draft, SuiteKey.MEMORY), MemorySize::parse).bytes()
            : MEMORY.bytes(),
        drives,
        others,
        false);
  }

  private Start start(Draft draft) {
    Map<SuiteKey, Value> own = draft.own();
    boolean itself = own.containsKey(SuiteKey.KERNEL) || own.containsKey(SuiteKey.FIRMWARE);
    Map<SuiteKey, Value> says = itself ? own : defaults;
    Value firmware = says.get(SuiteKey.FIRMWARE);
    if (firmware == null) {
      return kernel(draft);
    }
    if (says.containsKey(SuiteKey.KERNEL)) {
      throw firmware.wrong("there is a kernel, too; give one of them");
    }
    for (SuiteKey key : List.of(SuiteKey.INITRD, SuiteKey.APPEND)) {
      if (own.containsKey(key)) {
        throw own.get(key).wrong("firmware boots from the drives; leave this out");
      }
    }
    return new Start.Firmware(draft.scope().file(firmware));
  }

  private Start kernel(Draft draft) {
    if (!has(draft, SuiteKey.KERNEL)) {
      throw draft
          .place()
          .wrong(
              host(draft).equals("jpc")
                  ? "does not say what it boots; give kernel, firmware or from: JPC's own BIOS"
                      + " boots JPC's own disks, and cases have none, as these would be changed"
                  : "does not say what it boots; give kernel, firmware or from");
    }
    Scope scope = draft.scope();
    Path kernel = scope.file(get(draft, SuiteKey.KERNEL));
    Value initrd = get(draft, SuiteKey.INITRD);
    Value append = get(draft, SuiteKey.APPEND);
    return new Start.Kernel(
        kernel,
        initrd == null || scope.text(initrd).isEmpty() ? null : scope.file(initrd),
        append == null ? "" : scope.text(append));
  }

  private String host(Draft draft) {
    boolean itself =
        draft.own().containsKey(SuiteKey.HOST) || draft.axes().containsKey(SuiteKey.HOST.id());
    if (host != null && !itself) {
      return host;
    }
    return has(draft, SuiteKey.HOST)
        ? draft.scope().word(get(draft, SuiteKey.HOST), HOSTS)
        : HOSTS.get(0);
  }

  /** Takes the type of a device out of its keys. */
  private static String type(Value device, Map<String, Value> keys, Scope scope) {
    Value type = keys.remove("type");
    if (type == null) {
      throw device.wrong("has no type; give the type of the device");
    }
    return scope.text(type);
  }

  private static Device device(String type, Map<String, Value> given, Value device, Scope scope) {
    Map<String, String> keys = new LinkedHashMap<>();
    Map<String, Place> places = new LinkedHashMap<>();
    given.forEach(
        (key, value) -> {
          keys.put(key, scope.text(value));
          places.put(key, value.place());
        });
    return new Device(device.place(), type, keys, places);
  }

  private Case goingOn(Draft draft) {
    for (SuiteKey key : OF_MACHINE) {
      if (draft.own().containsKey(key)) {
        throw draft.own().get(key).wrong("the saved machine has its own; leave this out");
      }
    }
    Value from = draft.own().get(SuiteKey.FROM);
    String text = draft.scope().text(from);
    int at = text.lastIndexOf('@');
    if (at < 0) {
      throw from.wrong("'" + text + "' is not CASE@CHECKPOINT");
    }
    Case base = read(base(draft, from, text.substring(0, at)));
    String checkpoint = text.substring(at + 1);
    List<String> checkpoints = checkpoints(base);
    if (!checkpoints.contains(checkpoint)) {
      throw from.wrong(
          "%s has no checkpoint '%s'; it has %s"
              .formatted(
                  base.id(),
                  checkpoint,
                  checkpoints.isEmpty() ? "none" : String.join(", ", checkpoints)));
    }
    draft.scope().files().addAll(base.files());
    return finish(
        draft,
        new Start.FromCheckpoint(base.id(), checkpoint),
        base.host(),
        base.memoryBytes(),
        base.drives(),
        base.devices(),
        plugsIn(base.steps()));
  }

  /** The case that another goes on from. */
  private Draft base(Draft draft, Value from, String name) {
    List<Draft> named =
        drafts.stream()
            .filter(other -> other.name().equals(name) || other.id().equals(name))
            .toList();
    if (named.isEmpty()) {
      throw from.wrong(
          "there is no case '%s'; there are %s"
              .formatted(
                  name,
                  drafts.stream().map(Draft::name).distinct().collect(Collectors.joining(", "))));
    }
    List<Draft> agreeing =
        named.stream().filter(other -> other.id().equals(name) || other.agreesWith(draft)).toList();
    if (agreeing.size() != 1) {
      throw from.wrong(
          "%s of these has the values of %s on the axes of both; name one of them whole: %s"
              .formatted(
                  agreeing.isEmpty() ? "none" : "more than one",
                  draft.id(),
                  ids(agreeing.isEmpty() ? named : agreeing)));
    }
    Draft base = agreeing.get(0);
    if (open.contains(base)) {
      throw from.wrong(
          draft.equals(base)
              ? draft.id() + " goes on from itself"
              : draft.id()
                  + " goes on from itself: "
                  + ids(open.stream().dropWhile(each -> !each.equals(base)).toList())
                  + ", "
                  + base.id());
    }
    return base;
  }

  private static String ids(List<Draft> drafts) {
    return drafts.stream().map(Draft::id).collect(Collectors.joining(", "));
  }

  private static List<String> checkpoints(Case base) {
    return base.steps().stream()
        .filter(Step.Checkpoint.class::isInstance)
        .map(step -> ((Step.Checkpoint) step).name())
        .toList();
  }

  private Case finish(
      Draft draft,
      Start start,
      String host,
      int memoryBytes,
      List<DriveOptions> drives,
      List<Device> devices,
      boolean othersPluggedIn) {
    Scope scope = draft.scope();
    Duration timeout =
        has(draft, SuiteKey.TIMEOUT) ? scope.duration(get(draft, SuiteKey.TIMEOUT)) : TIMEOUT;
    List<Step> steps = new StepReader(scope, timeout).read(list(draft, SuiteKey.STEPS));
    boolean hotplug = othersPluggedIn || plugsIn(steps);
    List<Check> checks = new CheckReader(scope, drives, hotplug).read(list(draft, SuiteKey.CHECKS));
    Case made =
        new Case(
            draft.id(),
            draft.axisTexts(),
            start,
            host,
            memoryBytes,
            drives,
            devices,
            steps,
            failIf(draft),
            checks,
            timeout,
            scope.files(),
            draft.place());
    if (steps.isEmpty() && made.exit().equals(Case.EXPECTED)) {
      throw draft.place().wrong("would end at once; give it steps, or a check of its exit");
    }
    return made;
  }

  private static boolean plugsIn(List<Step> steps) {
    return steps.stream()
        .anyMatch(
            step -> step instanceof Step.Monitor monitor && monitor.line().startsWith("drive add"));
  }

  private List<Pattern> failIf(Draft draft) {
    List<Pattern> patterns = new ArrayList<>();
    for (Map<SuiteKey, Value> from : List.of(defaults, draft.own())) {
      if (from.containsKey(SuiteKey.FAIL_IF)) {
        from.get(SuiteKey.FAIL_IF)
            .list()
            .forEach(pattern -> patterns.add(draft.scope().pattern(pattern)));
      }
    }
    return patterns;
  }

  private boolean has(Draft draft, SuiteKey key) {
    return get(draft, key) != null;
  }

  /** What holds for a case: what it says itself, its axis of that name, or the default. */
  private Value get(Draft draft, SuiteKey key) {
    Value own = draft.own().get(key);
    Value axis = key == SuiteKey.HOST || key == SuiteKey.MEMORY ? draft.axes().get(key.id()) : null;
    return own != null ? own : axis != null ? axis : defaults.get(key);
  }

  private List<Value> list(Draft draft, SuiteKey key) {
    Value list = get(draft, key);
    return list == null ? List.of() : list.list();
  }
}
