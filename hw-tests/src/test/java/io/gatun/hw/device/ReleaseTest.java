package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.RteEthdev;
import io.gatun.pmd.Port;
import io.gatun.pmd.forward.Stream;
import io.gatun.pmd.forward.TestStreams;
import io.gatun.pmd.observe.PortSample;
import io.gatun.pmd.session.PortPlan;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionOptions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ports that are given back while their session runs, one after the other. */
@Tag("dpdk")
class ReleaseTest {
  @RegisterExtension
  static final EalFixture DPDK = EalFixture.with("--vdev=net_null0", "--vdev=net_null1");

  @Test
  void theWorkersOfAPortEndAndTheOthersGoOnUntilNoneIsLeft() {
    SessionOptions options = new SessionOptions();
    PortSession session = new PortSession(DPDK.eal(), options);
    List<Port> ports = DPDK.eal().ports();
    session.configure(
        ports.stream().map(port -> new PortPlan(port, options.portConfig())).toList());
    List<Stream> streams = ports.stream().map(ReleaseTest::loop).toList();
    streams.forEach(stream -> session.run(DPDK.worker(), stream));
    session.start();
    awaitPackets(streams.get(0), 0);
    awaitPackets(streams.get(1), 0);

    session.release(ports.getFirst());

    assertGone(ports.getFirst());
    long last = streams.get(0).packets();
    assertThat(session.loops().getFirst().agents()).isEqualTo(List.of(streams.get(1)));
    PortSample sample = session.sample().ports().getFirst();
    assertThat(sample.up()).isFalse();
    assertThat(sample.rxPackets()).isEqualTo(last).isPositive();
    assertThat(session.sample().ports().get(1).up()).isTrue();
    assertThat(session.hasWorkers()).isTrue();
    awaitPackets(streams.get(1), streams.get(1).packets());
    assertThat(streams.get(0).packets()).isEqualTo(last);
    session.release(ports.getFirst()); // twice does not matter

    session.release(ports.get(1));

    assertGone(ports.get(1));
    assertThat(session.hasWorkers()).isFalse();
    assertThat(session.failure()).isNull();
    assertThat(session.stop()).as("lost buffers").isZero();
  }

  private static Stream loop(Port port) {
    return TestStreams.forward(
        port.rxQueues().getFirst(), port.txQueues().getFirst(), List.of(), 32);
  }

  private static void awaitPackets(Stream stream, long before) {
    EalFixture.await("packets", () -> stream.packets() > before);
  }

  /** Neither the port nor its device is there, and asking is harmless. */
  private static void assertGone(Port port) {
    assertThat(RteEthdev.rte_eth_dev_is_valid_port(port.id())).isFalse();
    assertThat(RteEthdev.rte_eth_dev_get_port_by_name(port.info().name())).isNegative();
    assertThat(port.isClosed()).isTrue();
    assertThat(port.isRemoved()).isTrue();
    assertThat(port.link().up()).isFalse();
  }
}
