package io.gatun.nest.extender;

import io.gatun.nest.link.CommandRunner;
import io.gatun.nest.link.IpLink;
import io.gatun.nest.link.VfLink;
import io.gatun.nest.rpc.Settings;
import io.gatun.nest.sysfs.HostTree;
import io.gatun.nest.sysfs.PciAddress;
import io.gatun.nest.sysfs.PciBus;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.sysfs.Sriov;
import io.gatun.nest.vf.BindPlan;
import io.gatun.nest.vf.CreatePlan;
import io.gatun.nest.vf.Inventory;
import io.gatun.nest.vf.Outcome;
import io.gatun.nest.vf.PhysicalFunction;
import io.gatun.nest.vf.Plan;
import io.gatun.nest.vf.PlanRun;
import io.gatun.nest.vf.Readback;
import io.gatun.nest.vf.SetPlan;
import io.gatun.nest.vf.Usage;
import io.gatun.nest.vf.VfSettings;
import io.gatun.nest.vf.VirtualFunction;
import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link Functions} of a Linux: sysfs, VFIO and iproute2. Control thread. */
final class SysfsFunctions implements Functions {
  private static final Logger LOG = System.getLogger(SysfsFunctions.class.getName());
  private static final String VFIO = "vfio-pci";
  private static final MacAddress NO_MAC = new MacAddress(0);

  /** The names in messages of the properties that {@link Readback} knows by their JSON keys. */
  private static final Map<String, String> NAMES =
      Map.of("spoof_check", "spoofCheck", "min_tx_rate", "minRate", "max_tx_rate", "maxRate");

  private final HostTree tree;
  private final PciBus bus;
  private final IpLink ip;
  private final CommandRunner runner;
  private final List<Owned> owned = new ArrayList<>();

  SysfsFunctions(HostTree tree, CommandRunner runner) {
    this.tree = tree;
    bus = new PciBus(tree);
    this.runner = runner;
    ip = new IpLink(runner);
  }

  /**
   * Sees that a physical function has so many virtual ones, and is up; they are the extender's from
   * then on. VFs that are there already stay as they are, in use or not, where the number is right.
   *
   * @param name interface or PCI address
   */
  void own(String name, int number) throws FunctionException {
    checked(
        () -> {
          PhysicalFunction physical = inventory().physical(name);
          CreatePlan.Options options = new CreatePlan.Options(null, true, false);
          return run(CreatePlan.of(physical, number, options, bus, ip));
        });
    PhysicalFunction physical = inventory().physical(name);
    for (VirtualFunction virtual : physical.virtualFunctions()) {
      owned.add(
          new Owned(
              physical.function().address().toString(),
              virtual.index(),
              virtual.function().address().toString()));
    }
  }

  private Inventory inventory() {
    return Inventory.read(tree, ip);
  }

  @Override
  public List<Owned> owned() {
    return List.copyOf(owned);
  }

  @Override
  public @Nullable String missing() {
    if (!tree.names("sys/kernel/iommu_groups").isEmpty() || bus.isNoIommuMode()) {
      return null;
    }
    return "no IOMMU is on, so no function can be handed on: \"gatun doctor\" says what to do";
  }

  @Override
  public Optional<Found> at(String slot) {
    String[] places = slot.split("/", -1);
    PciAddress bridge = PciAddress.ofText("0000:00:" + places[0]);
    for (PciAddress address : bus.addresses()) {
      List<PciAddress> above = bus.bridgesAbove(address);
      if (places.length == 2
          && bridge != null
          && !above.isEmpty()
          && above.getLast().equals(bridge)
          && address.toString().endsWith(":" + places[1])) {
        return Optional.of(new Found(address.toString(), mac(bus.function(address))));
      }
    }
    return Optional.empty();
  }

  private @Nullable String mac(PciFunction function) {
    if (function.interfaces().isEmpty()) {
      return null;
    }
    String address =
        tree.text("sys/class/net/" + function.interfaces().getFirst() + "/address", "");
    return address.isEmpty() ? null : address;
  }

  @Override
  public boolean isPresent(String address) {
    return bus.exists(PciAddress.parse(address));
  }

  @Override
  public boolean isFree(String address) {
    PciAddress at = PciAddress.parse(address);
    return bus.exists(at) && !isVfio(address) && inventory().usage(bus.function(at)).isFree();
  }

  @Override
  public boolean isInUse(String address) {
    PciAddress at = PciAddress.parse(address);
    if (!bus.exists(at) || !isVfio(address)) {
      return false;
    }
    Usage usage = inventory().usage(bus.function(at));
    return !usage.isFree();
  }

  @Override
  public boolean isVfio(String address) {
    String driver = bus.driver(PciAddress.parse(address));
    return driver != null && PciFunction.isVfio(driver);
  }

  @Override
  public @Nullable Boolean isLinkUp(Owned function) {
    PciFunction parent = bus.function(PciAddress.parse(function.parent()));
    if (parent.interfaces().isEmpty()) {
      return null;
    }
    int carrier =
        tree.number("sys/class/net/%s/carrier".formatted(parent.interfaces().getFirst()), -1);
    return carrier < 0 ? null : carrier == 1;
  }

  @Override
  public Counters counters(Owned function) throws FunctionException {
    PciFunction parent = checked(() -> physical(function).function());
    if (parent.interfaces().isEmpty()) {
      throw new FunctionException(
          function.parent() + ": has no network interface, so nobody counts for it");
    }
    return VfCounters.read(runner, parent.interfaces().getFirst(), function.index());
  }

  // ---- changes ----------------------------------------------------------------------------------

  /**
   * The kernel's driver is taken from the function first: it reads the MAC address only when it
   * starts. The MTU is the guest's to set: it is reported as not enforced.
   */
  @Override
  public List<String> configure(Owned function, Settings settings) throws FunctionException {
    if (!isVfio(function.address())) {
      unbind(function.address(), true);
    }
    VfSettings wanted =
        new VfSettings(
            settings.mac() == null ? null : MacAddress.parse(settings.mac()),
            settings.vlan(),
            settings.qos(),
            null,
            settings.spoofCheck(),
            settings.trust(),
            null,
            settings.minRate(),
            settings.maxRate(),
            null);
    List<String> unenforced = new ArrayList<>();
    for (Readback.Property property : set(function, wanted)) {
      if (property.status() != Readback.Status.CONFIRMED) {
        unenforced.add(NAMES.getOrDefault(property.property(), property.property()));
      }
    }
    if (settings.mtu() != null) {
      unenforced.add("mtu");
    }
    return unenforced;
  }

  /** What a new virtual function has, as far as its device shows that it can be set. */
  @Override
  public void restore(Owned function) throws FunctionException {
    checked(
        () -> {
          PhysicalFunction physical = physical(function);
          VirtualFunction virtual = virtual(physical, function);
          VfLink link = virtual.link();
          if (link != null) { // or nothing is shown, so nothing was set
            run(SetPlan.of(physical, virtual, nothing(link), bus, ip));
          }
          return function;
        });
  }

  private static VfSettings nothing(VfLink link) {
    return new VfSettings(
        NO_MAC,
        0,
        0,
        null,
        link.spoofCheck() == null ? null : true,
        link.trust() == null ? null : false,
        null,
        0,
        0,
        null);
  }

  private List<Readback.Property> set(Owned function, VfSettings settings)
      throws FunctionException {
    return checked(
        () -> {
          PhysicalFunction physical = physical(function);
          VirtualFunction virtual = virtual(physical, function);
          run(SetPlan.of(physical, virtual, settings, bus, ip));
          return Readback.of(physical, virtual, settings, ip);
        });
  }

  private PhysicalFunction physical(Owned function) {
    PhysicalFunction physical = inventory().physical(PciAddress.parse(function.parent()));
    if (physical == null) {
      throw new IllegalStateException(
          "%s, the physical function of %s, is no more"
              .formatted(function.parent(), function.address()));
    }
    return physical;
  }

  private static VirtualFunction virtual(PhysicalFunction physical, Owned function) {
    Sriov sriov = physical.sriov();
    if (function.index() >= sriov.virtualFunctions().size()) {
      throw new IllegalStateException(
          "%s has %d VFs, and %s is none of them any more"
              .formatted(physical.name(), sriov.virtualFunctions().size(), function.address()));
    }
    return physical.virtualFunctions().get(function.index());
  }

  @Override
  public void bindVfio(String address) throws FunctionException {
    checked(
        () -> {
          Inventory inventory = inventory();
          PciFunction function = bus.function(PciAddress.parse(address));
          return run(BindPlan.bind(inventory, function, VFIO, false, bus, ip));
        });
  }

  /** Where the kernel has no driver for it, it is left without one: it can be handed out again. */
  @Override
  public void bindKernel(String address) throws FunctionException {
    try {
      unbind(address, false);
    } catch (FunctionException e) {
      unbind(address, true);
      LOG.log(Level.WARNING, "{0} is left without a driver: {1}", address, e.getMessage());
    }
  }

  private void unbind(String address, boolean leftFree) throws FunctionException {
    checked(
        () -> {
          Inventory inventory = inventory();
          PciFunction function = bus.function(PciAddress.parse(address));
          return run(BindPlan.unbind(inventory, function, leftFree, false, bus, ip));
        });
  }

  private static Outcome run(Plan plan) throws IOException {
    Outcome outcome = PlanRun.run(plan, () -> false);
    if (!outcome.isDone()) {
      throw new IOException(outcome.failure());
    }
    return outcome;
  }

  /** What plans throw for what cannot be done now, as one exception. */
  private static <T> T checked(Step<T> step) throws FunctionException {
    try {
      return step.run();
    } catch (IOException | IllegalStateException | IllegalArgumentException e) {
      throw new FunctionException(String.valueOf(e.getMessage()));
    }
  }

  @FunctionalInterface
  private interface Step<T> {
    T run() throws IOException;
  }
}
