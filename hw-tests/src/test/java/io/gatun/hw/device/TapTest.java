package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.hw.tool.Tool;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** net_tap: a port whose other side is the kernel. */
@Tag("dpdk")
class TapTest {
  private static final String ID = Long.toString(ProcessHandle.current().pid() % 100_000);
  private static final String TAP = "gth" + ID + "a";
  private static final String DOOMED = "gth" + ID + "b";

  @RegisterExtension
  static final EalFixture DPDK = EalFixture.with(TapTest::devices).keepingRingsUntilClosed();

  private static List<String> devices() {
    assumeTrue(Files.isWritable(Path.of("/dev/net/tun")), "/dev/net/tun cannot be opened");
    Tool.assume("ip (iproute2)", "ip", "-V");
    Tool.Result made = Tool.run("ip", "tuntap", "add", "dev", TAP, "mode", "tap");
    assumeTrue(made.status() == 0, () -> "no right to make interfaces: " + made.errors().strip());
    Tool.run("ip", "link", "del", TAP).orFail();
    return List.of("--vdev=net_tap0,iface=" + TAP, "--vdev=net_tap1,iface=" + DOOMED);
  }

  private static String kernel(String attribute) {
    try {
      return Files.readString(Path.of("/sys/class/net", TAP, attribute)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theKernelSeesThePort() throws IOException {
    Port port = DPDK.start(0, PortConfig.DEFAULT.withMtu(1400));

    assertThat(port.info().driver()).isEqualTo("net_tap");
    assertThat(port.info().kernelInterface()).isEqualTo(Integer.parseInt(kernel("ifindex")));
    assertThat(port.info().mac()).hasToString(kernel("address"));
    assertThat(kernel("mtu")).isEqualTo("1400");
    assertThat(port.mtu()).isEqualTo(1400);
    // IFF_PROMISC of linux/if.h
    assertThat(Integer.decode(kernel("flags")) & 0x100).isNotZero();
    port.setPromiscuous(false);
    assertThat(Integer.decode(kernel("flags")) & 0x100).isZero();
  }

  @Test
  void theKernelReceivesWhatIsSent() {
    Port port = DPDK.start(0);
    long before = Long.parseLong(kernel("statistics/rx_packets"));
    Stream stream =
        TestStreams.generator(
            port.txQueues().getFirst(), null, DPDK.pool().cache(DPDK.worker()), 16, 32, 500);
    DPDK.launch(stream);
    EalFixture.await("packets", () -> stream.counters().transmitted() == 500);

    EalFixture.await(
        "the kernel's count",
        () -> Long.parseLong(kernel("statistics/rx_packets")) - before == 500);
  }

  @Test
  void whatTheKernelSendsIsReceived() {
    Tool.assumeScapy();
    Port port = DPDK.start(0);
    Stream sink =
        TestStreams.sink(port.rxQueues().getFirst(), DPDK.pool().cache(DPDK.worker()), 32);
    PollLoop loop = DPDK.launch(sink);
    EalFixture.await("the link", () -> port.link().up());
    Tool.scapy(
        """
        frame = Ether(dst="02:00:00:00:00:01") / IP(dst="198.18.0.2") / UDP() / Raw(b"x" * 100)
        sendp([frame] * 300, iface=sys.argv[1], verbose=False)
        """,
        TAP);

    // The kernel may have something of its own to say (IPv6 router solicitations).
    EalFixture.await("packets", () -> sink.counters().received() >= 300);
    loop.stop();
  }

  /** By asking: net_tap of DPDK 22.11 listens to the kernel, but tells the application nothing. */
  @Test
  void theLinkFollowsTheKernels() {
    Port port = DPDK.start(0);
    EalFixture.await("the link", () -> port.link().up());
    assertThat(port.link().speedMbps()).isPositive();

    Tool.run("ip", "link", "set", TAP, "down").orFail();
    EalFixture.await("link down", () -> !port.link().up());
    assertThat(port.isRemoved()).isFalse();

    Tool.run("ip", "link", "set", TAP, "up").orFail();
    EalFixture.await("link up", () -> port.link().up());
  }

  @Test
  void aDeletedInterfaceIsNoticedUnderLoadAndThePortClosesQuietly() {
    Port port = DPDK.start(1);
    Stream stream =
        TestStreams.forward(port.rxQueues().getFirst(), port.txQueues().getFirst(), List.of(), 32);
    PollLoop loop = DPDK.launch(stream);
    assertThat(port.isRemoved()).isFalse();

    // Renamed and moved interfaces are still there.
    Tool.run("ip", "link", "set", DOOMED, "down").orFail();
    Tool.run("ip", "link", "set", DOOMED, "name", DOOMED + "x").orFail();
    assertThat(port.isRemoved()).isFalse();

    Tool.run("ip", "link", "del", DOOMED + "x").orFail();
    EalFixture.await("the removal", port::isRemoved);
    loop.stop();
    DPDK.stopLoops();
    port.markRemoved();
    DPDK.close(port);
    port.close(); // idempotent

    EalFixture.rethrow(loop);
    assertThat(Path.of("/sys/class/net", DOOMED)).doesNotExist();
  }
}
