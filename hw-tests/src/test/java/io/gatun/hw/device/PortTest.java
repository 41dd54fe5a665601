package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gatun.bindings.RteEthdev;
import io.gatun.pmd.DpdkException;
import io.gatun.pmd.Eal;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.PortEvent;
import io.gatun.pmd.PortInfo;
import io.gatun.pmd.PortStats;
import io.gatun.pmd.RssConfig;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ports: what they say of themselves, what they refuse, in which order they are used. */
@Tag("dpdk")
class PortTest {
  @RegisterExtension
  static final EalFixture DPDK = EalFixture.with("--vdev=net_ring0", "--vdev=net_null0,size=128");

  private static final PortConfig DEFAULT = PortConfig.DEFAULT;
  private static final String RING = "port 0 (net_ring0, net_ring)";

  private static Port ring() {
    return DPDK.eal().port(0);
  }

  @Test
  void ealStartsOnce() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Eal.start(List.of()))
        .withMessageContaining("EAL starts only once");
    assertThat(DPDK.eal().version()).startsWith("DPDK ");
    assertThat(String.valueOf(DPDK.eal().runtimeDirectory())).contains("gatun-test-");
  }

  @Test
  void oneLcoreIsMainAndTheOtherWorks() {
    assertThat(DPDK.eal().lcores()).hasSize(2).first().matches(lcore -> lcore.main());
    assertThat(DPDK.eal().workers()).hasSize(1).first().matches(lcore -> lcore.id() == 1);
  }

  @Test
  void aPortSaysWhatItIs() {
    PortInfo info = ring().info();

    assertThat(ring()).hasToString(RING);
    assertThat(info.name()).isEqualTo("net_ring0");
    assertThat(info.driver()).isEqualTo("net_ring");
    assertThat(info.mac()).isEqualTo(new MacAddress(0));
    assertThat(info.maxRxQueues()).isEqualTo(16);
    assertThat(info.kernelInterface()).isZero();
    assertThat(DPDK.eal().ports()).extracting(Port::id).containsExactly(0, 1);
  }

  @Test
  void aPortThatDoesNotExistIsNamedWithThoseThatDo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DPDK.eal().port(7))
        .withMessageContaining("port 7 does not exist")
        .withMessageContaining(RING)
        .withMessageContaining("port 1 (net_null0, net_null)");
  }

  static java.util.stream.Stream<Arguments> refused() {
    long unknown = 1L << 63;
    return java.util.stream.Stream.of(
        arguments(DEFAULT.withQueues(0, 1), "rxq: 0 is not in [1, 16] (" + RING + ")"),
        arguments(DEFAULT.withQueues(17, 1), "rxq: 17 is not in [1, 16] (" + RING + ")"),
        arguments(DEFAULT.withQueues(1, 17), "txq: 17 is not in [1, 16] (" + RING + ")"),
        arguments(DEFAULT.withDescriptors(-1, 512), "rxd: -1 is not in [0, 65535] (" + RING + ")"),
        arguments(
            DEFAULT.withDescriptors(512, 65536), "txd: 65536 is not in [0, 65535] (" + RING + ")"),
        arguments(DEFAULT.withMtu(-5), "mtu: -5 is not in ["),
        arguments(DEFAULT.withMtu(1 << 20), "mtu: 1048576 is not in ["),
        arguments(
            DEFAULT.withOffloads(unknown, 0),
            "rxOffloads: 0x8000000000000000 is not offered by " + RING),
        arguments(
            DEFAULT.withOffloads(0, unknown),
            "txOffloads: 0x8000000000000000 is not offered by " + RING),
        arguments(
            DEFAULT.withOffloads(0, RteEthdev.RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE),
            "MBUF_FAST_FREE forbids shared buffers"),
        arguments(
            DEFAULT.withRss(new RssConfig(4, RssConfig.Level.DEFAULT, new byte[0])),
            "rss types: 0x4 is not offered by " + RING),
        arguments(
            DEFAULT.withRss(new RssConfig(0, RssConfig.Level.DEFAULT, new byte[40])),
            "rss key: 40 bytes, but " + RING + " takes 0"));
  }

  @ParameterizedTest
  @MethodSource
  void refused(PortConfig config, String message) {
    Port port = ring();
    port.stop();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> port.configure(config, DPDK.pool()))
        .withMessageContaining(message);
  }

  @Test
  void severalQueuesEachHaveTheirNumber() {
    Port port = DPDK.start(1, DEFAULT.withQueues(2, 3));

    assertThat(port.rxQueues())
        .extracting(q -> q.port() + "/" + q.queue())
        .containsExactly("1/0", "1/1");
    assertThat(port.txQueues()).extracting(q -> q.queue()).containsExactly(0, 1, 2);
  }

  @Test
  void aPortIsConfiguredThenStartedThenStopped() {
    Port port = DPDK.start(1);
    assertThat(port.isStarted()).isTrue();
    assertThatIllegalStateException()
        .isThrownBy(() -> port.configure(DEFAULT, DPDK.pool()))
        .withMessage("port 1 (net_null0): configure is not possible while it is STARTED");
    assertThatIllegalStateException()
        .isThrownBy(port::start)
        .withMessageContaining("start is not possible while it is STARTED");

    port.stop();
    port.stop(); // idempotent
    assertThat(port.isStarted()).isFalse();
    port.start();
    assertThat(port.isStarted()).isTrue();
  }

  @Test
  void theDriverCounts() {
    Port port = DPDK.start(1);
    port.resetStats();
    assertThat(port.stats()).isEqualTo(new PortStats(0, 0, 0, 0, 0, 0, 0, 0));

    Stream stream =
        TestStreams.generator(
            port.txQueues().getFirst(), null, DPDK.pool().cache(DPDK.worker()), 1, 32, 320);
    PollLoop loop = DPDK.launch(stream);
    EalFixture.await("packets", () -> stream.counters().transmitted() == 320);
    loop.stop();
    DPDK.stopLoops();

    assertThat(port.stats().txPackets()).isEqualTo(320);
    assertThat(port.xstats()).containsEntry("tx_good_packets", 320L).containsKey("rx_good_packets");
    port.resetStats();
    assertThat(port.stats().txPackets()).isZero();
  }

  @Test
  void whatADriverReportsArrivesInOrder() throws InterruptedException {
    CProbe.assume();
    DPDK.start(1);
    DPDK.eal().drainEvents();

    Thread interrupts =
        new Thread(
            () -> {
              CProbe.raise("net_null0", RteEthdev.RTE_ETH_EVENT_INTR_LSC);
              CProbe.raise("net_null0", RteEthdev.RTE_ETH_EVENT_INTR_RESET);
              CProbe.raise("net_null0", RteEthdev.RTE_ETH_EVENT_INTR_RMV);
            });
    interrupts.start();
    interrupts.join();

    assertThat(DPDK.eal().drainEvents())
        .containsExactly(
            new PortEvent(1, PortEvent.Kind.LINK),
            new PortEvent(1, PortEvent.Kind.RESET),
            new PortEvent(1, PortEvent.Kind.REMOVAL));
    assertThat(DPDK.eal().drainEvents()).isEmpty();
  }

  @Test
  void aVirtualLinkIsUpWhileStarted() {
    Port port = DPDK.start(1);
    assertThat(port.link().up()).isTrue();
    assertThat(port.link().speedMbps()).isPositive();
    assertThat(port.isRemoved()).isFalse();
    assertThat(port.mtu()).isEqualTo(1500);
  }

  @Test
  void aPortTakesAnotherAddressUnlessItsDriverCannot() {
    Port port = DPDK.eal().port(1);
    MacAddress own = port.info().mac();
    MacAddress other = MacAddress.parse("02:00:00:00:00:42");

    DPDK.eal().changeMac(port, other);
    assertThat(port.info().mac()).isEqualTo(other);
    DPDK.eal().changeMac(port, own);
    assertThat(port.info().mac()).isEqualTo(own);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> DPDK.eal().changeMac(port, MacAddress.parse("01:00:5e:00:00:01")))
        .withMessageContaining("neither a group's nor all zeros");
    assertThatThrownBy(() -> DPDK.eal().changeMac(ring(), other))
        .isInstanceOf(DpdkException.class)
        .hasMessageContaining("rte_eth_dev_default_mac_addr_set(" + RING)
        .hasMessageContaining("ENOTSUP");
  }
}
