package io.gatun.nest.sysfs;

import io.gatun.nest.link.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A machine made of files that behaves like one: a number written to {@code sriov_numvfs} makes VFs
 * appear, {@code drivers_probe} binds whom {@code driver_override} allows, and {@code ip} keeps
 * what it is told. Any change can be made to fail, before or after it took effect.
 */
public final class FakeMachine implements HostTree.Writer, CommandRunner {
  /** What becomes of a change. */
  public enum Fault {
    /** It works. */
    NONE,
    /** It is refused. */
    BEFORE,
    /** It takes effect, and an error is reported. */
    AFTER
  }

  private static final String DEVICES = "sys/bus/pci/devices/";
  private static final Set<String> OVERRIDE_ONLY = Set.of("vfio-pci", "pci-stub");

  private final Path root;
  private final FakeFiles files;
  private final Map<PciAddress, FakeDevice> devices = new TreeMap<>();
  private final FakeLinks links = new FakeLinks();
  private final Set<String> drivers = new TreeSet<>();
  private final Set<String> modules = new TreeSet<>();
  private final Map<PciAddress, Integer> holders = new TreeMap<>();
  private IntFunction<Fault> faults = change -> Fault.NONE;
  private String faultWords = "Input/output error";
  private int changes;
  private int fired;
  private boolean hasIp = true;

  public FakeMachine(Path root) {
    this.root = root;
    this.files = new FakeFiles(root);
    folder("sys/bus/pci/devices");
    Stream.of("igb", "igbvf", "vfio-pci").forEach(this::withDriver);
  }

  public HostTree tree() {
    return new HostTree(root, this);
  }

  // ---- making it ----------------------------------------------------------------------------

  /** A driver that is in the kernel. */
  public FakeMachine withDriver(String name) {
    drivers.add(name);
    folder("sys/bus/pci/drivers/" + name);
    return this;
  }

  /** A driver that the kernel does not have, nor a module of it. */
  public FakeMachine without(String driver) {
    drivers.remove(driver);
    delete("sys/bus/pci/drivers/" + driver);
    return this;
  }

  /** A driver that is not in the kernel any more; {@code modprobe} can load it. */
  public FakeMachine withModuleOnly(String name) {
    drivers.remove(name);
    delete("sys/bus/pci/drivers/" + name);
    modules.add(name);
    return this;
  }

  /** A NIC with SR-IOV, driven by igb. */
  public FakeMachine withPhysical(String address, String name, int total) {
    FakeDevice device = add(PciAddress.parse(address), "igb", null, 0, name);
    device.total = total;
    write(device, "sriov_totalvfs", Integer.toString(total));
    write(device, "sriov_numvfs", "0");
    write(device, "sriov_offset", "128");
    write(device, "sriov_stride", "2");
    write(device, "sriov_vf_device", "10ca");
    write(device, "sriov_drivers_autoprobe", "1");
    attach(device, "igb");
    return this;
  }

  /** A NIC without SR-IOV, driven by igbvf: what an outer hypervisor gave. */
  public FakeMachine withPlain(String address, String name) {
    attach(add(PciAddress.parse(address), "igbvf", null, 0, name), "igbvf");
    return this;
  }

  /** A file that nothing in the fake cares for. */
  public FakeMachine with(String path, String text) {
    put(path, text);
    return this;
  }

  /** Another IOMMU group for a function. */
  public FakeMachine inGroup(String address, int group) {
    put(known(PciAddress.parse(address)), group);
    return this;
  }

  /** A process has a VF open through vfio. */
  public FakeMachine heldBy(String address, int pid, String command, String guest) {
    PciAddress at = PciAddress.parse(address);
    holders.put(at, pid);
    put("proc/" + pid + "/comm", command);
    put("proc/" + pid + "/cmdline", command + "\0-name\0guest=" + guest + ",debug-threads=on\0-m");
    link("proc/" + pid + "/fd/7", "/dev/vfio/" + group(at));
    link("proc/" + pid + "/fd/8", "/dev/vfio/vfio");
    return this;
  }

  public FakeMachine withAddress(String interfaceName, String address, boolean up) {
    FakeLinks.Link link = links.known(interfaceName);
    link.addresses.add(address);
    link.up = up;
    flags(interfaceName);
    return this;
  }

  public FakeMachine withoutIp() {
    hasIp = false;
    return this;
  }

  /** The driver takes a property and forgets it: {@code mac}, {@code trust}, ... */
  public FakeMachine ignoring(String property) {
    links.ignore(property);
    return this;
  }

  /** From now on the n-th change (from 0) has that fault. */
  public FakeMachine failing(IntFunction<Fault> plan, String words) {
    faults = plan;
    faultWords = words;
    changes = 0;
    fired = 0;
    return this;
  }

  public int changes() {
    return changes;
  }

  public int fired() {
    return fired;
  }

  public boolean isHeld(PciAddress address) {
    return holders.containsKey(address);
  }

  public @Nullable String driver(PciAddress address) {
    FakeDevice device = devices.get(address);
    return device == null ? null : device.driver;
  }

  public List<PciAddress> functions() {
    return List.copyOf(devices.keySet());
  }

  /** All that a command may change and must be able to bring back. */
  public String snapshot() {
    StringBuilder text = new StringBuilder();
    for (FakeDevice device : devices.values()) {
      text.append(device.address).append(' ').append(device.driver).append(" override ");
      text.append(device.override).append('\n');
      if (device.total >= 0) {
        FakeLinks.Link link = links.get(device.interfaceName);
        text.append("  autoprobe ").append(device.autoprobe).append(" vfs ").append(device.vfs);
        text.append(link == null ? "" : " up " + link.up + " mtu " + link.mtu).append('\n');
        device.settings.forEach(vf -> text.append("  ").append(vf).append('\n'));
      }
    }
    return text.toString();
  }

  // ---- what the kernel does ------------------------------------------------------------------

  @Override
  public void write(Path file, String text) throws IOException {
    String path = root.relativize(file).toString();
    Fault fault = nextFault();
    if (fault == Fault.BEFORE) {
      throw new IOException(faultWords);
    }
    change(path, text.strip());
    if (fault == Fault.AFTER) {
      throw new IOException(faultWords);
    }
  }

  private Fault nextFault() {
    Fault fault = faults.apply(changes++);
    if (fault != Fault.NONE) {
      fired++;
    }
    return fault;
  }

  private void change(String path, String text) throws IOException {
    if (path.equals("sys/bus/pci/drivers_probe")) {
      probe(device(text));
    } else if (path.startsWith("sys/bus/pci/drivers/") && path.endsWith("/unbind")) {
      FakeDevice device = device(text);
      if (!path.equals("sys/bus/pci/drivers/" + device.driver + "/unbind")) {
        throw new IOException("No such device");
      }
      detach(device);
    } else {
      attribute(
          device(Path.of(path).getName(4).toString()),
          path.substring(path.lastIndexOf('/') + 1),
          text);
    }
  }

  private FakeDevice known(PciAddress address) {
    return Objects.requireNonNull(devices.get(address));
  }

  private FakeDevice device(String address) throws IOException {
    FakeDevice device = devices.get(PciAddress.parse(address));
    if (device == null) {
      throw new IOException("No such device");
    }
    return device;
  }

  private void attribute(FakeDevice device, String name, String text) throws IOException {
    switch (name) {
      case "sriov_numvfs" -> numVfs(device, Integer.parseInt(text));
      case "sriov_drivers_autoprobe" -> {
        device.autoprobe = text.equals("1");
        write(device, name, text);
      }
      case "driver_override" -> {
        device.override = text.isEmpty() ? null : text;
        write(device, name, device.override == null ? "(null)" : device.override);
      }
      default -> throw new IOException("Permission denied");
    }
  }

  private void numVfs(FakeDevice device, int number) throws IOException {
    if (number < 0 || number > device.total) {
      throw new IOException("Numerical result out of range");
    }
    if (!"igb".equals(device.driver)) {
      throw new IOException("No such file or directory");
    }
    if (number != 0 && !device.vfs.isEmpty() && number != device.vfs.size()) {
      throw new IOException("FakeDevice or resource busy");
    }
    if (number == 0) {
      for (int i = 0; i < device.vfs.size(); i++) {
        remove(known(device.vfs.get(i)));
        delete(DEVICES + device.address + "/virtfn" + i);
      }
      device.vfs.clear();
      device.settings.clear();
    }
    for (int i = device.vfs.size(); i < number; i++) {
      PciAddress at = device.address;
      int slot = at.device() * 8 + at.function() + 128 + 2 * i;
      PciAddress vf = new PciAddress(at.domain(), at.bus(), slot / 8, slot % 8);
      device.vfs.add(vf);
      device.settings.add(new FakeLinks.Vf());
      FakeDevice function = add(vf, "igbvf", device, i, device.interfaceName + "v" + i);
      link(DEVICES + vf + "/physfn", "../" + device.address);
      link(DEVICES + device.address + "/virtfn" + i, "../" + vf);
      probe(function);
    }
    write(device, "sriov_numvfs", Integer.toString(number));
  }

  private void probe(FakeDevice device) {
    // drivers/pci/pci-driver.c, pci_device_can_probe and pci_match_device.
    boolean allowed = device.physical == null || device.physical.autoprobe;
    String wanted = device.override != null ? device.override : device.kernelDriver;
    if (device.driver == null
        && (allowed || device.override != null)
        && drivers.contains(wanted)
        && (OVERRIDE_ONLY.contains(wanted) || wanted.equals(device.kernelDriver))) {
      attach(device, wanted);
    }
  }

  private void attach(FakeDevice device, String driver) {
    device.driver = driver;
    link(DEVICES + device.address + "/driver", "../../drivers/" + driver);
    if (!driver.equals(device.kernelDriver)) {
      return;
    }
    FakeLinks.Link link = new FakeLinks.Link();
    FakeDevice physical = device.physical;
    String mac = physical == null ? "" : physical.settings.get(device.index).mac;
    link.mac =
        mac.isEmpty() || mac.equals("00:00:00:00:00:00")
            ? "02:ff:00:00:00:%02x".formatted(device.address.device() * 8 + device.index)
            : mac;
    links.put(device.interfaceName, link);
    folder(DEVICES + device.address + "/net/" + device.interfaceName);
    flags(device.interfaceName);
  }

  private void detach(FakeDevice device) {
    device.driver = null;
    delete(DEVICES + device.address + "/driver");
    delete(DEVICES + device.address + "/net");
    delete("sys/class/net/" + device.interfaceName);
    links.remove(device.interfaceName);
    // The holder was asked to let go, and did.
    Integer pid = holders.remove(device.address);
    if (pid != null) {
      delete("proc/" + pid);
    }
  }

  private void remove(FakeDevice device) {
    if (device.driver != null) {
      detach(device);
    }
    delete("sys/kernel/iommu_groups/" + group(device.address));
    delete(DEVICES + device.address);
    devices.remove(device.address);
  }

  private FakeDevice add(
      PciAddress address, String driver, @Nullable FakeDevice physical, int index, String name) {
    FakeDevice device = new FakeDevice(address, driver, physical, index, name);
    devices.put(address, device);
    write(device, "class", "0x020000");
    write(device, "vendor", "0x8086");
    write(device, "device", driver.equals("igb") ? "0x10c9" : "0x10ca");
    write(device, "subsystem_vendor", "0x8086");
    write(device, "subsystem_device", "0x0001");
    write(device, "driver_override", "(null)");
    write(device, "numa_node", "-1");
    write(device, "modalias", driver);
    put(device, group(address));
    return device;
  }

  private static int group(PciAddress address) {
    return address.bus() * 256 + address.device() * 8 + address.function();
  }

  private void put(FakeDevice device, int group) {
    delete(DEVICES + device.address + "/iommu_group");
    delete("sys/kernel/iommu_groups/" + group(device.address));
    link(DEVICES + device.address + "/iommu_group", "../../../kernel/iommu_groups/" + group);
    put("sys/kernel/iommu_groups/" + group + "/type", "DMA");
    link("sys/kernel/iommu_groups/" + group + "/devices/" + device.address, "x");
  }

  private void flags(String name) {
    put("sys/class/net/" + name + "/flags", links.known(name).up ? "0x1003" : "0x1002");
  }

  // ---- what ip and modprobe do ----------------------------------------------------------------

  @Override
  public Result run(List<String> command) throws IOException {
    if (!hasIp) {
      throw new IOException("there is no program ip: install the package iproute2");
    }
    if (command.contains("show")) {
      return links.show(command, settings(command.getLast()));
    }
    Fault fault = nextFault();
    if (fault == Fault.BEFORE) {
      return FakeLinks.error("RTNETLINK answers: " + faultWords);
    }
    Result result =
        command.getFirst().equals("modprobe")
            ? modprobe(command.getLast())
            : links.set(command, settings(command.get(4)));
    if (command.getLast().matches("up|down")) {
      flags(command.get(4));
    }
    return fault == Fault.AFTER ? FakeLinks.error("RTNETLINK answers: " + faultWords) : result;
  }

  private Result modprobe(String name) {
    if (!modules.contains(name) && !drivers.contains(name)) {
      return new Result(1, "", "modprobe: FATAL: Module " + name + " not found.");
    }
    withDriver(name);
    return new Result(0, "", "");
  }

  /** The VFs of the function that has an interface. */
  private List<FakeLinks.Vf> settings(String interfaceName) {
    return devices.values().stream()
        .filter(device -> device.interfaceName.equals(interfaceName))
        .findFirst()
        .map(device -> device.settings)
        .orElse(List.of());
  }

  private void write(FakeDevice device, String name, String text) {
    put(DEVICES + device.address + "/" + name, text);
  }

  private void put(String path, String text) {
    files.put(path, text);
  }

  private void folder(String path) {
    files.folder(path);
  }

  private void link(String path, String target) {
    files.link(path, target);
  }

  private void delete(String path) {
    files.delete(path);
  }
}
