package io.gatun.pmd.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.pmd.cli.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NicCheckTest {
  private static final String NIC = "0000:01:00.0";
  private static final String BIND = "dpdk-devbind.py -b vfio-pci " + NIC;
  private static final String ROUTE_HEADER =
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";

  @TempDir Path root;
  private FakeHost host;

  @BeforeEach
  void makeHost() {
    host = new FakeHost(root);
  }

  private List<Finding> run() {
    return new NicCheck().run(host.files());
  }

  private Finding only() {
    assertThat(run()).hasSize(1);
    return run().getFirst();
  }

  @Test
  void otherDevicesAreNoNics() {
    host.with("sys/bus/pci/devices/0000:00:02.0/class", "0x018000");
    assertThat(only().status()).isEqualTo(Status.OK);
    assertThat(only().subject()).isEqualTo("NIC");
  }

  @Test
  void everyNicIsShownWithItsAddressAndIds() {
    host.withNic("0000:01:00.1").withNic(NIC).withDriver(NIC, "vfio-pci");
    assertThat(run())
        .extracting(Finding::subject)
        .containsExactly("NIC 0000:01:00.0", "NIC 0000:01:00.1");
    assertThat(run().getFirst().detail()).startsWith("8086:1572, driver vfio-pci");
  }

  @ParameterizedTest
  @CsvSource({
    "vfio-pci,OK",
    "mlx5_core,OK",
    "igb_uio,WARN",
    "uio_pci_generic,WARN",
  })
  void driversThatDpdkCanUse(String driver, Status status) {
    host.withNic(NIC).withDriver(NIC, driver);
    assertThat(only().status()).isEqualTo(status);
    assertThat(only().detail()).contains("DPDK can use it");
  }

  @Test
  void aNicWithoutDriverIsToBeBound() {
    host.withNic(NIC);
    assertThat(only().status()).isEqualTo(Status.WARN);
    assertThat(only().remedy()).isEqualTo(BIND);
  }

  @Test
  void aKernelsNicThatIsDownMayBeBound() {
    host.withNic(NIC).withDriver(NIC, "i40e").withInterface(NIC, "eth1", "down");
    assertThat(only().status()).isEqualTo(Status.OK);
    assertThat(only().remedy()).isEqualTo(BIND);
  }

  @Test
  void aKernelsNicThatIsUpIsAWarning() {
    host.withNic(NIC).withDriver(NIC, "i40e").withInterface(NIC, "eth1", "up");
    assertThat(only().status()).isEqualTo(Status.WARN);
    assertThat(only().detail()).contains("eth1 is up");
    assertThat(only().remedy()).isEqualTo("ip link set eth1 down && " + BIND);
  }

  @Test
  void theNicWithTheDefaultRouteIsNeverToBeBound() {
    host.withNic(NIC).withDriver(NIC, "i40e").withInterface(NIC, "eth0", "up");
    host.with(
        "proc/net/route",
        ROUTE_HEADER
            + "eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
            + "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0");
    assertThat(only().status()).isEqualTo(Status.WARN);
    assertThat(only().detail()).contains("eth0 carries the default route");
    assertThat(only().remedy()).doesNotContain("devbind");
  }

  @Test
  void aRouteToANetworkIsNoDefaultRoute() {
    host.withNic(NIC).withDriver(NIC, "i40e").withInterface(NIC, "eth0", "down");
    host.with(
        "proc/net/route",
        // 0.0.0.0/8: the destination alone does not make it the default.
        ROUTE_HEADER + "eth0\t00000000\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0");
    assertThat(only().detail()).doesNotContain("default route");
  }

  @Test
  void aDefaultRouteOfIpv6CountsToo() {
    host.withNic(NIC).withDriver(NIC, "i40e").withInterface(NIC, "eth0", "up");
    String zeros = "0".repeat(32);
    host.with(
        "proc/net/ipv6_route",
        zeros + " 00 " + zeros + " 00 " + "f".repeat(32) + " 00000400 2 0 00000003 eth0");
    assertThat(only().detail()).contains("eth0 carries the default route");
  }

  @Test
  void theInterfaceOfAVirtioNicLiesOneFolderDeeper() {
    host.withNic(NIC).withDriver(NIC, "virtio-pci");
    host.with("sys/bus/pci/devices/" + NIC + "/virtio2/net/eth0/operstate", "up");
    assertThat(only().status()).isEqualTo(Status.WARN);
    assertThat(only().detail()).contains("eth0 is up");
  }

  @Test
  void aNicWhoseInterfaceIsInAnotherNamespaceIsNotOffered() {
    host.withNic(NIC).withDriver(NIC, "i40e");
    assertThat(only().status()).isEqualTo(Status.WARN);
    assertThat(only().remedy()).doesNotContain("-b vfio-pci");
  }
}
