package io.gatun.nest.sysfs;

import io.gatun.pmd.PciConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The PCI bus in sysfs (Documentation/ABI/testing/sysfs-bus-pci): what is there, and the few writes
 * that change who drives a function and how many VFs there are. Control thread.
 */
public final class PciBus {
  private static final String BUS = "sys/bus/pci";
  private static final String DEVICES = BUS + "/devices/";
  private static final String GROUPS = "sys/kernel/iommu_groups/";
  // What sysfs shows for an override that is not set: printf of a null pointer.
  private static final String NULL = "(null)";

  private final HostTree tree;

  public PciBus(HostTree tree) {
    this.tree = tree;
  }

  /** Whether the kernel shows a PCI bus at all. */
  public boolean isPresent() {
    return tree.exists(BUS);
  }

  /** All functions, in order. */
  public List<PciAddress> addresses() {
    return tree.names(BUS + "/devices").stream()
        .map(PciAddress::ofText)
        .filter(Objects::nonNull)
        .sorted()
        .toList();
  }

  public boolean exists(PciAddress address) {
    return tree.exists(DEVICES + address);
  }

  /** 24 bits; -1 where it cannot be read. */
  public int classCode(PciAddress address) {
    return tree.number(DEVICES + address + "/class", -1);
  }

  /** A function as it is now. */
  public PciFunction function(PciAddress address) {
    String device = DEVICES + address;
    List<String> interfaces = new ArrayList<>(interfaces(device));
    boolean hasFolder = tree.exists(device + "/net");
    for (String name : tree.names(device)) {
      if (name.matches("virtio[0-9]+")) { // virtio's lie one folder deeper
        interfaces.addAll(tree.names(device + "/" + name + "/net"));
      }
    }
    String physical = tree.linkedName(device + "/physfn");
    return new PciFunction(
        address,
        new PciFunction.Id(
            tree.number(device + "/vendor", -1),
            tree.number(device + "/device", -1),
            tree.number(device + "/subsystem_vendor", -1),
            tree.number(device + "/subsystem_device", -1)),
        classCode(address),
        tree.linkedName(device + "/driver"),
        override(address),
        group(address),
        tree.number(device + "/numa_node", -1),
        List.copyOf(interfaces),
        // Sysfs shows the folder to everybody, but only the interfaces of the reader's namespace.
        hasFolder && interfaces.isEmpty(),
        physical == null ? null : PciAddress.ofText(physical));
  }

  /** Without the representors of VFs, which a NIC in switchdev mode has beside its own. */
  private List<String> interfaces(String device) {
    return tree.names(device + "/net").stream()
        .filter(
            name ->
                !tree.text(device + "/net/" + name + "/phys_port_name", "")
                    .matches("(c[0-9]+)?pf[0-9]+(vf|sf)[0-9]+"))
        .toList();
  }

  private int group(PciAddress address) {
    String name = tree.linkedName(DEVICES + address + "/iommu_group");
    return name == null || !name.matches("[0-9]{1,9}") ? -1 : Integer.parseInt(name);
  }

  private @Nullable String override(PciAddress address) {
    String text = tree.text(DEVICES + address + "/driver_override", NULL);
    return text.isEmpty() || text.equals(NULL) ? null : text;
  }

  /** The driver that has a function now; null without one. */
  public @Nullable String driver(PciAddress address) {
    return tree.linkedName(DEVICES + address + "/driver");
  }

  /** The SR-IOV capability; null for a function without one, or in a kernel without SR-IOV. */
  public @Nullable Sriov sriov(PciAddress address) {
    String device = DEVICES + address;
    int total = tree.number(device + "/sriov_totalvfs", -1);
    if (total < 0) {
      return null;
    }
    List<PciAddress> functions = new ArrayList<>();
    for (int index = 0; ; index++) {
      String name = tree.linkedName(device + "/virtfn" + index);
      PciAddress function = name == null ? null : PciAddress.ofText(name);
      if (function == null) {
        break;
      }
      functions.add(function);
    }
    return new Sriov(
        total,
        tree.number(device + "/sriov_numvfs", 0),
        tree.number(device + "/sriov_offset", 0),
        tree.number(device + "/sriov_stride", 0),
        // Hexadecimal without a prefix, unlike the ids of functions.
        Integer.parseInt(vfDevice(device), 16),
        tree.number(device + "/sriov_drivers_autoprobe", 1) != 0,
        List.copyOf(functions));
  }

  private String vfDevice(String device) {
    String text = tree.text(device + "/sriov_vf_device", "-1");
    return text.matches("[0-9a-f]{1,4}") ? text : "-1";
  }

  /** The IOMMU group of that number. */
  public IommuGroup iommuGroup(int number) {
    String group = GROUPS + number;
    return new IommuGroup(
        number,
        tree.text(group + "/type", "unknown"),
        tree.text(group + "/name", "").equals("vfio-noiommu"),
        tree.names(group + "/devices").stream()
            .map(PciAddress::ofText)
            .filter(Objects::nonNull)
            .sorted()
            .toList());
  }

  /**
   * The others that keep a group from being handed out: not bridges, and not without a driver or
   * with one of vfio's (drivers/vfio/vfio_iommu_type1.c via vfio_dev_viable).
   */
  public List<PciFunction> obstacles(IommuGroup group, PciAddress except) {
    return group.members().stream()
        .filter(member -> !member.equals(except))
        .map(this::function)
        .filter(PciFunction::isKernelDriven)
        .filter(function -> !function.isBridge())
        .toList();
  }

  /** The bridges above a function, from the root port down. */
  public List<PciAddress> bridgesAbove(PciAddress address) {
    return tree.realPath(DEVICES + address).stream()
        .map(PciAddress::ofText)
        .filter(Objects::nonNull)
        .filter(above -> !above.equals(address))
        .toList();
  }

  /** The configuration space, of which others than root see 64 bytes only. */
  public PciConfig config(PciAddress address) {
    return new PciConfig(tree.bytes(DEVICES + address + "/config"));
  }

  /** Names of device files below {@code /dev} by which processes open a function. */
  public List<String> deviceFiles(PciFunction function) {
    List<String> files = new ArrayList<>();
    if (function.iommuGroup() >= 0) {
      files.add("/dev/vfio/" + function.iommuGroup());
      files.add("/dev/vfio/noiommu-" + function.iommuGroup());
    }
    String device = DEVICES + function.address();
    tree.names(device + "/vfio-dev").forEach(name -> files.add("/dev/vfio/devices/" + name));
    tree.names(device + "/uio").forEach(name -> files.add("/dev/" + name));
    return files;
  }

  /** Whether a driver of that name is in the kernel now. */
  public boolean hasDriver(String driver) {
    return driver.matches("[A-Za-z0-9_.-]+") && tree.exists(BUS + "/drivers/" + driver);
  }

  /** Whether an interface of this network namespace is switched on (IFF_UP). */
  public boolean isInterfaceUp(String name) {
    return (tree.number("sys/class/net/" + name + "/flags", 0) & 1) != 0;
  }

  /** Interfaces that are made on top of one, or that it is a port of: bridges, bonds, VLANs, ... */
  public List<String> interfacesAbove(String name) {
    return tree.names("sys/class/net/" + name).stream()
        .filter(entry -> entry.startsWith("upper_"))
        .map(entry -> entry.substring("upper_".length()))
        .toList();
  }

  /** Mbit/s; 0 where it is not known, as without a link. */
  public int speed(String name) {
    return Math.max(tree.number("sys/class/net/" + name + "/speed", 0), 0);
  }

  /** Whether vfio takes devices that no IOMMU keeps off other memory. */
  public boolean isNoIommuMode() {
    return tree.text("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "N").matches("[Y1]");
  }

  /** The name by which modprobe finds the driver of a function. */
  public String moduleAlias(PciAddress address) {
    return tree.text(DEVICES + address + "/modalias", "");
  }

  /** {@code sriov_numvfs}; the kernel goes from 0 to a number and from a number to 0 only. */
  public void numVfs(PciAddress address, int number) throws IOException {
    write(
        address,
        DEVICES + address + "/sriov_numvfs",
        Integer.toString(number),
        words ->
            switch (words) {
              case KernelWords.BUSY -> "the number changes from 0 only: gatun vf destroy first";
              case KernelWords.ABSENT ->
                  "its driver creates no VFs through sysfs: bind the one of the kernel";
              case KernelWords.NO_SPACE, KernelWords.NO_MEMORY ->
                  "bus numbers or memory space for VFs are missing: switch SR-IOV on in the"
                      + " firmware setup, or boot with pci=realloc";
              default -> "";
            });
  }

  /** {@code sriov_drivers_autoprobe}: whether the kernel binds drivers to new VFs. */
  public void autoprobe(PciAddress address, boolean on) throws IOException {
    Sriov sriov = sriov(address);
    if (sriov != null && sriov.isAutoprobed() == on) {
      return; // kernels before 4.12 have no such file, and always bind
    }
    write(address, DEVICES + address + "/sriov_drivers_autoprobe", on ? "1" : "0", words -> "");
  }

  /** {@code driver_override}: the only driver that may take a function; null for any. */
  public void override(PciAddress address, @Nullable String driver) throws IOException {
    // A line end alone clears it; an empty write would never arrive.
    write(address, DEVICES + address + "/driver_override", orEmpty(driver) + "\n", words -> "");
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** Takes a function from its driver. Waits while a process has it open through vfio. */
  public void unbind(PciAddress address, String driver) throws IOException {
    write(
        address,
        BUS + "/drivers/" + driver + "/unbind",
        address.toString(),
        words -> words.equals(KernelWords.NO_DEVICE) ? driver + " does not have it any more" : "");
  }

  /**
   * Has the kernel look for a driver, as when the function appeared. That none took it is no error:
   * see {@link #driver}.
   */
  public void probe(PciAddress address) throws IOException {
    write(
        address,
        BUS + "/drivers_probe",
        address.toString(),
        words ->
            words.equals(KernelWords.INVALID) || words.equals(KernelWords.NO_DEVICE)
                ? "the driver did not take it: dmesg says why"
                : "");
  }

  @FunctionalInterface
  private interface Remedy {
    /** Empty when there is none for these words of the kernel. */
    String against(String words);
  }

  private void write(PciAddress address, String path, String text, Remedy remedy)
      throws IOException {
    try {
      tree.write(path, text);
    } catch (IOException e) {
      String words = KernelWords.of(e);
      String help = remedy.against(words);
      help = help.isEmpty() ? KernelWords.generalRemedy(words) : help;
      throw new IOException(
          "%s: writing \"%s\" to /%s: %s%s"
              .formatted(
                  address, text.strip(), path, words, help.isEmpty() ? "" : " (" + help + ")"),
          e);
    }
  }
}
