package io.gatun.pmd.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which PCI NICs are there, and is each bound to a driver that DPDK can use? */
final class NicCheck implements Check {
  private static final String DEVICES = "sys/bus/pci/devices";
  // Base class of network controllers (PCI Code and ID Assignment Specification, class 02h).
  private static final String NETWORK_CLASS = "0x02";
  private static final Set<String> UIO = Set.of("uio_pci_generic", "igb_uio");
  // DPDK drives these through their kernel driver (guides/linux_gsg/linux_drivers.rst: bifurcated).
  private static final Set<String> SHARED = Set.of("mlx4_core", "mlx5_core", "mana");

  @Override
  public List<Finding> run(HostFiles host) {
    Set<String> routes = defaultRoutes(host);
    List<Finding> findings = new ArrayList<>();
    for (String address : host.names(DEVICES)) {
      if (host.text(DEVICES + "/" + address + "/class", "").startsWith(NETWORK_CLASS)) {
        findings.add(finding(host, address, routes));
      }
    }
    if (findings.isEmpty()) {
      findings.add(Finding.ok("NIC", "no PCI device: virtual ones do, as in --vdev=net_tap0"));
    }
    return findings;
  }

  private static Finding finding(HostFiles host, String address, Set<String> routes) {
    String device = DEVICES + "/" + address;
    String subject = "NIC " + address;
    String driver = host.linkedName(device + "/driver");
    String what =
        "%s:%s, %s"
            .formatted(
                hex(host, device + "/vendor"),
                hex(host, device + "/device"),
                driver == null ? "no driver" : "driver " + driver);
    String bind = "dpdk-devbind.py -b vfio-pci " + address;
    if (driver == null) {
      return Finding.warn(subject, what + ": DPDK cannot use it", bind);
    }
    if (driver.equals("vfio-pci")) {
      return Finding.ok(subject, what + ": DPDK can use it");
    }
    if (UIO.contains(driver)) {
      return Finding.warn(
          subject, what + ": DPDK can use it, but nothing keeps it off other memory", bind);
    }
    if (SHARED.contains(driver)) {
      return Finding.ok(subject, what + ": DPDK can use it beside the kernel");
    }
    return kernelDriven(host, device, subject, what, bind, routes);
  }

  private static Finding kernelDriven(
      HostFiles host, String device, String subject, String what, String bind, Set<String> routes) {
    List<String> interfaces = interfaces(host, device);
    String route = firstOf(interfaces, routes);
    if (route != null) {
      return Finding.warn(
          subject,
          "%s: %s carries the default route, so binding it to DPDK cuts this machine off"
              .formatted(what, route),
          "leave it to the kernel; give DPDK another NIC");
    }
    for (String name : interfaces) {
      String folder = host.exists(device + "/net/" + name) ? device : virtioOf(host, device);
      if (host.text(folder + "/net/" + name + "/operstate", "").equals("up")) {
        return Finding.warn(
            subject,
            "%s: the kernel uses it, %s is up".formatted(what, name),
            "ip link set %s down && %s".formatted(name, bind));
      }
    }
    if (interfaces.isEmpty()) {
      // Those of other network namespaces are not shown, nor are their routes.
      return Finding.warn(
          subject,
          what + ": the kernel has it, with no interface here: another namespace may use it",
          "dpdk-devbind.py --status-dev net (on the host)");
    }
    return Finding.ok(
        subject,
        "%s: the kernel has it as %s, which is down: DPDK can be given it"
            .formatted(what, String.join(", ", interfaces)),
        bind);
  }

  /** The kernel's interfaces of a device; those of a virtio NIC lie one folder deeper. */
  private static List<String> interfaces(HostFiles host, String device) {
    List<String> names = new ArrayList<>(host.names(device + "/net"));
    names.addAll(host.names(virtioOf(host, device) + "/net"));
    return names;
  }

  private static String virtioOf(HostFiles host, String device) {
    return host.names(device).stream()
        .filter(name -> name.matches("virtio\\d+"))
        .map(name -> device + "/" + name)
        .findFirst()
        .orElse(device + "/virtio");
  }

  private static @Nullable String firstOf(List<String> names, Set<String> wanted) {
    for (String name : names) {
      if (wanted.contains(name)) {
        return name;
      }
    }
    return null;
  }

  /** Interfaces with a default route: destination 0 and mask 0 (proc_net_route), IPv6 alike. */
  private static Set<String> defaultRoutes(HostFiles host) {
    Set<String> names =
        host.lines("proc/net/route").stream()
            .map(line -> line.split("\\s+"))
            .filter(f -> f.length > 7 && f[1].equals("00000000") && f[7].equals("00000000"))
            .map(f -> f[0])
            .collect(Collectors.toSet());
    host.lines("proc/net/ipv6_route").stream()
        .map(line -> line.split("\\s+"))
        .filter(f -> f.length > 9 && f[0].equals("0".repeat(32)) && f[1].equals("00"))
        .map(f -> f[9])
        .filter(name -> !name.equals("lo"))
        .forEach(names::add);
    return names;
  }

  private static String hex(HostFiles host, String path) {
    return host.text(path, "????").replaceFirst("^0x", "");
  }
}
