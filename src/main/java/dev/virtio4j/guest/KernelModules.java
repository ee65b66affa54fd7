package dev.virtio4j.guest;

import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The modules of one kernel package, and which of them to load for a purpose. */
final class KernelModules {
  private final Map<String, KernelModule> byName;
  private final Set<String> builtIn;

  /**
   * Takes the modules of a kernel.
   *
   * @param modules what is in the package
   * @param builtIn the names of those that are part of the kernel itself ({@code modules.builtin})
   */
  KernelModules(List<KernelModule> modules, Set<String> builtIn) {
    this.byName = modules.stream().collect(Collectors.toMap(KernelModule::name, module -> module));
    this.builtIn = Set.copyOf(builtIn);
  }

  /**
   * The order in which to load some modules and all that they need.
   *
   * @param wanted the names of the modules
   * @return the modules, each after those that it depends on; none twice, none that is built in
   * @throws IOException if one that is needed is not there
   */
  List<KernelModule> loadOrder(List<String> wanted) throws IOException {
    Map<String, KernelModule> order = new LinkedHashMap<>();
    for (String name : wanted) {
      add(name, "a guest", order);
    }
    return List.copyOf(order.values());
  }

  /** Adds a module to the order behind what it needs. The kernel's build lets no cycle pass. */
  private void add(String name, String neededBy, Map<String, KernelModule> order)
      throws IOException {
    if (builtIn.contains(name) || order.containsKey(name)) {
      return;
    }
    KernelModule module = byName.get(name);
    if (module == null) {
      throw new IOException("the kernel package has no module " + name + ", needed by " + neededBy);
    }
    for (String dependency : module.depends()) {
      add(dependency, name, order);
    }
    for (String dependency : module.softDepends()) {
      Optional<KernelModule> found = byNameOrAlias(dependency);
      if (found.isPresent()) {
        add(found.get().name(), name, order);
      }
    }
    order.put(name, module);
  }

  /**
   * Of several modules that answer to an alias, such as those for one checksum, the one for any
   * processor: those of kernel/arch need instructions that the guest's may not have.
   */
  private Optional<KernelModule> byNameOrAlias(String name) {
    return Optional.ofNullable(byName.get(name))
        .or(
            () ->
                byName.values().stream()
                    .filter(module -> module.aliases().contains(name))
                    .min(
                        Comparator.comparing(
                                (KernelModule module) -> module.path().contains("/kernel/arch/"))
                            .thenComparing(KernelModule::name)));
  }
}
