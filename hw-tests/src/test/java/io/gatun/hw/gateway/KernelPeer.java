package io.gatun.hw.gateway;

import io.gatun.hw.tool.GatunProcess;
import io.gatun.hw.tool.Tool;
import java.util.ArrayList;
import java.util.List;

/**
 * A gateway between two kernels: a tenant in one network namespace, and in the other one an end
 * point that is the Linux kernel's own vxlan device.
 *
 * <pre>
 *  tenant namespace                                    underlay namespace
 *  10.42.0.1  net_tap ◄──► gatun gateway ◄──► net_tap 192.168.77.2 ── vx0 10.42.0.2
 *  fd00:42::1              192.168.77.1               2001:db8:77::2       fd00:42::2
 * </pre>
 */
final class KernelPeer implements AutoCloseable {
  static final String TENANT = "10.42.0.1";
  static final String TENANT_SIX = "fd00:42::1";
  static final String PEER = "10.42.0.2";
  static final String PEER_SIX = "fd00:42::2";

  private final long number = ProcessHandle.current().pid() % 100_000;
  private final String tenantTap = "gwt" + number;
  private final String underlayTap = "gwu" + number;
  private final String veth = "gwv" + number;
  private final boolean jumboTenant;
  private final Namespace tenant;
  private final Namespace underlay;
  private final GatunProcess gatun;

  private KernelPeer(
      Namespace tenant, Namespace underlay, boolean jumboTenant, List<String> options) {
    this.tenant = tenant;
    this.underlay = underlay;
    this.jumboTenant = jumboTenant;
    List<String> line = new ArrayList<>(List.of("gateway", "-l", "0-1", "--no-pci"));
    line.addAll(List.of("--in-memory", "--file-prefix=" + GatunProcess.uniquePrefix()));
    if (jumboTenant) {
      makeVeth();
      line.add("--vdev=net_pcap0,iface=" + veth);
    } else {
      line.add("--vdev=net_tap0,iface=" + tenantTap);
    }
    line.add("--vdev=net_tap1,iface=" + underlayTap);
    line.addAll(List.of("--", "--tenant=0", "--underlay=1", "--tunnel=vxlan", "--vni=42"));
    line.addAll(options);
    line.add("--json");
    gatun = GatunProcess.start(line.toArray(String[]::new));
  }

  /** Whoever captures on one end sees what the other sends before its checksums are made. */
  private void makeVeth() {
    for (String command :
        List.of(
            "ip link add %1$s mtu 9000 type veth peer name %2$s mtu 9000",
            "ip link set %1$s up",
            "ethtool -K %2$s tx off tso off gso off gro off",
            "ethtool -K %1$s tx off tso off gso off gro off")) {
      Tool.run(command.formatted(veth, tenantTap).split(" ", -1)).orFail();
    }
  }

  /** With a tenant whose interface is a veth of 9000 bytes, which net_tap cannot be. */
  static KernelPeer startJumbo(boolean six, String remote, String... more) {
    Tool.assume("ethtool", "ethtool", "--version");
    return start(six, true, true, remote, more);
  }

  /**
   * Starts the gateway, then gives each namespace its interface.
   *
   * @param six whether the outer header is IPv6
   * @param checksum whether both ends compute the outer UDP checksum
   * @param remote the gateway's {@code --remote}
   * @param more options of the gateway
   */
  static KernelPeer start(boolean six, boolean checksum, String remote, String... more) {
    return start(six, checksum, false, remote, more);
  }

  private static KernelPeer start(
      boolean six, boolean checksum, boolean jumboTenant, String remote, String... more) {
    Tool.assume("ip (iproute2) with the right to make namespaces", "ip", "netns", "list");
    Tool.assume("the kernel's vxlan and tun", "test", "-c", "/dev/net/tun");
    long pid = ProcessHandle.current().pid();
    String local = six ? "2001:db8:77::1" : "192.168.77.1";
    List<String> options =
        new ArrayList<>(List.of("--local=" + local + (six ? "/64" : "/24"), "--remote=" + remote));
    options.addAll(List.of("--mtu=1500", "--udp-checksum=" + (checksum ? "on" : "off")));
    options.addAll(List.of(more));
    KernelPeer peer =
        new KernelPeer(
            Namespace.make("gatun-tenant-" + pid),
            Namespace.make("gatun-underlay-" + pid),
            jumboTenant,
            options);
    try {
      peer.plug(six, checksum, local);
    } catch (RuntimeException | Error e) {
      peer.close();
      throw e;
    }
    return peer;
  }

  private void plug(boolean six, boolean checksum, String local) {
    // A driver works on its interface by name until the port is started and promiscuous.
    gatun.await(
        "the ports", () -> (jumboTenant || isPromiscuous(tenantTap)) && isPromiscuous(underlayTap));
    tenant.take(tenantTap);
    underlay.take(underlayTap);
    // net_tap gives the kernel's side the port's own address: two hosts with one address.
    tenant.ip("link set " + tenantTap + " address 02:00:00:00:00:0a");
    underlay.ip("link set " + underlayTap + " address 02:00:00:00:00:0b");
    addresses(tenant, tenantTap, TENANT + "/24", TENANT_SIX + "/64");
    tenant.ip("link set " + tenantTap + " up");
    addresses(underlay, underlayTap, "192.168.77.2/24", "2001:db8:77::2/64");
    underlay.ip("link set " + underlayTap + " up");
    String own = six ? "2001:db8:77::2" : "192.168.77.2";
    String sums = checksum ? "udpcsum" : "noudpcsum";
    if (six && !checksum) {
      sums = "udp6zerocsumtx udp6zerocsumrx";
    }
    underlay.ip(
        "link add vx0 type vxlan id 42 local %s remote %s dstport 4789 %s"
            .formatted(own, local, sums));
    addresses(underlay, "vx0", PEER + "/24", PEER_SIX + "/64");
    underlay.ip("link set vx0 mtu " + (six ? 1430 : 1450) + " up");
  }

  private static void addresses(Namespace namespace, String device, String four, String six) {
    namespace.ip("address add " + four + " dev " + device);
    namespace.ip("address add " + six + " dev " + device + " nodad");
  }

  private static boolean isPromiscuous(String device) {
    String shown = Tool.run("ip", "-o", "link", "show", "dev", device).output();
    return shown.contains("PROMISC") && shown.contains(",UP");
  }

  Namespace tenant() {
    return tenant;
  }

  Namespace underlay() {
    return underlay;
  }

  String tenantTap() {
    return tenantTap;
  }

  String underlayTap() {
    return underlayTap;
  }

  GatunProcess gatun() {
    return gatun;
  }

  @Override
  public void close() {
    gatun.close();
    if (jumboTenant) {
      Tool.run("ip", "link", "delete", veth);
    }
    tenant.close();
    underlay.close();
  }
}
