package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.Receiver;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.Transmitter;
import io.gatun.pmd.TxQueue;
import io.gatun.pmd.forward.ForwardSection;
import io.gatun.pmd.run.ConfigException;
import io.gatun.pmd.run.ConfigNode;
import io.gatun.pmd.run.RunContext;
import io.gatun.pmd.run.RunSection;
import io.gatun.pmd.run.TestRun;
import io.gatun.pmd.session.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What sections of {@code gatun run} can do with ports, and with each other. */
@Tag("dpdk")
class RunContextTest {
  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with("--vdev=net_null0", "--vdev=net_null1", "--vdev=net_null2");

  private static final String PORTS = "{a: {id: 0}, b: {device: net_null1}, c: {id: 2, mtu: 1400}}";

  private final SessionOptions options = new SessionOptions();

  /** A section {@code watch} that counts what passes a port without claiming it. */
  private static final class Watch implements RunSection {
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong transmitted = new AtomicLong();
    private final List<Lcore> lcores = new ArrayList<>();

    @Override
    public String key() {
      return "watch";
    }

    @Override
    public void configure(ConfigNode node, RunContext context) {
      Port port = context.port(node.required("port"));
      context.addHooks(
          new PortHooks() {
            @Override
            public Receiver onReceive(RxQueue queue, Lcore lcore) {
              lcores.add(lcore);
              return queue.port() == port.id() ? counting(queue) : queue;
            }

            @Override
            public Transmitter onTransmit(TxQueue queue, Lcore lcore) {
              lcores.add(lcore);
              return queue.port() == port.id() ? counting(queue) : queue;
            }
          });
      context.summary("watched", () -> List.of(received.get(), transmitted.get()));
    }

    private Receiver counting(RxQueue queue) {
      return new Receiver() {
        @Override
        public RxQueue rxQueue() {
          return queue;
        }

        @Override
        public int receive(Burst burst) {
          int count = queue.receive(burst);
          received.lazySet(received.getPlain() + count);
          return count;
        }
      };
    }

    private Transmitter counting(TxQueue queue) {
      return new Transmitter() {
        @Override
        public int port() {
          return queue.port();
        }

        @Override
        public int queue() {
          return queue.queue();
        }

        @Override
        public int transmit(Burst burst) {
          int count = queue.transmit(burst);
          transmitted.lazySet(transmitted.getPlain() + count);
          return count;
        }

        @Override
        public int prepare(Burst burst) {
          return queue.prepare(burst);
        }
      };
    }
  }

  /** A section that claims the ports of its list. */
  private record Claims(String key) implements RunSection {
    @Override
    public void configure(ConfigNode node, RunContext context) {
      node.list().forEach(name -> context.claim(name, config -> config));
    }
  }

  private TestRun ports(String yaml) {
    return new TestRun(DPDK.eal(), options, yaml);
  }

  private static void assertError(ThrowingCallable call, String... parts) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(call)
        .withMessageStartingWith("test.yaml:")
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void aSectionSeesThePacketsOfPortsThatAnotherClaims() throws Exception {
    options.seconds = 0.3;
    options.statsPeriod = 0;
    TestRun run = ports(PORTS);
    Watch watch = new Watch();
    // The watcher first: the order of sections must not matter.
    run.configure(watch, "{port: a}");
    run.configure(new ForwardSection(), "[{from: a, to: b}, {from: b, to: a, mode: macswap}]");
    run.makeReady();
    Lcore lcore = DPDK.worker();
    assertThat(watch.lcores)
        .containsExactly(lcore, lcore, lcore, lcore); // two ways, two queues each

    JsonNode summary = new ObjectMapper().valueToTree(run.run());

    assertThat(summary.path("lost_mbufs").asLong(-1)).isZero();
    assertThat(summary.path("watched").path(0).asLong()).isEqualTo(watch.received.get());
    assertThat(watch.received.get()).isPositive();
    assertThat(summary.path("ports")).hasSize(2); // c is nobody's
    JsonNode a = summary.path("ports").path(0);
    // The last readings are taken while packets still flow, so the stages may have seen more.
    assertThat(a.path("rx_packets").asLong()).isPositive();
    assertThat(watch.received.get()).isGreaterThanOrEqualTo(a.path("rx_packets").asLong());
    assertThat(watch.transmitted.get()).isGreaterThanOrEqualTo(a.path("tx_packets").asLong());
  }

  @Test
  void aPortOfTwoSectionsIsAnErrorThatNamesBoth() {
    TestRun run = ports(PORTS).configure(new Claims("first"), "[a, b]");

    assertError(
        () -> run.configure(new Claims("second"), "[c,\n b]"),
        "test.yaml:2: key \"[1]\": port \"b\" is claimed by \"first\" and by \"second\"");
  }

  @Test
  void aSectionMayClaimAPortTwice() {
    ports(PORTS).configure(new Claims("first"), "[a, b, a]");
  }

  @Test
  void anUnknownPortListsTheNamesAndGuesses() {
    TestRun run = ports("{tenant: {id: 0}, underlay: {id: 1}}");

    assertError(
        () -> run.configure(new Claims("first"), "[tennant]"),
        "tennant is no port (did you mean \"tenant\"?); section ports has tenant, underlay");
  }

  @Test
  void portsAreCheckedWhereTheyAreDefined() {
    assertError(() -> ports("{a: {id: 7}}"), "key \"a.id\": port 7 does not exist");
    assertError(() -> ports("{a: {}}"), "key \"a\": exactly one of id and device is needed");
    assertError(() -> ports("{a: {id: 0, device: net_null0}}"), "exactly one of id and device");
    assertError(
        () -> ports("{a: {device: net_nul0}}"), "net_nul0 is no device of EAL", "net_null1");
    assertError(
        () -> ports("{a: {id: 0},\n b: {device: net_null0}}"),
        "test.yaml:2: key \"b\": port 0",
        "has the name \"a\" already");
    assertError(() -> ports("{a: {id: 0, mtu: 67}}"), "key \"a.mtu\": 67", "[68, 65279]");
    assertError(() -> ports("{}"), "names no port");
    assertError(() -> ports("{a: {id: 0, speed: 9}}"), "key \"a.speed\": is not known");
  }

  @Test
  void whatThePortHasNotIsAnErrorAtItsDefinition() {
    TestRun run =
        ports("a: {id: 0}\nb: {id: 1, rxd: 8}\n")
            .configure(new Claims("first"), "[a, b]")
            .configure(
                new RunSection() {
                  @Override
                  public String key() {
                    return "first";
                  }

                  @Override
                  public void configure(ConfigNode node, RunContext context) {
                    context.claim(node, config -> config.withQueues(5000, 1));
                  }
                },
                "b");

    assertError(run::makeReady, "test.yaml:2: key \"b\": rxq: 5000 is not in [1, 1024]");
  }

  @Test
  void forwardChecksItsWays() {
    ForwardSection section = new ForwardSection();
    assertError(
        () -> ports(PORTS).configure(section, "[{from: a, to: b},\n {from: a, to: c}]"),
        "test.yaml:2: key \"[1].from\": a receives in line 1 already");
    assertError(
        () -> ports(PORTS).configure(new ForwardSection(), "[{from: a}]"),
        "key \"[0].to\": is missing");
    assertError(
        () -> ports(PORTS).configure(new ForwardSection(), "[{from: a, to: b, mode: rxonly}]"),
        "key \"[0].mode\": rxonly is not allowed",
        "allowed are io, mac, macswap");
    assertError(
        () -> ports(PORTS).configure(new ForwardSection(), "[{from: a, to: b, lcore: 0}]"),
        "key \"[0].lcore\": 0 is no worker lcore; there are [1]");
    assertError(
        () -> ports(PORTS).configure(new ForwardSection(), "[{from: a, to: b, stages: [zzz]}]"),
        "key \"[0].stages[0]\": stage \"zzz\" does not exist");
    assertError(
        () -> ports(PORTS).configure(new ForwardSection(), "[{from: a, to: b, too: c}]"),
        "key \"[0].too\": is not known (did you mean \"to\"?)");
  }

  @Test
  void whatBelongsToTheOtherPhaseIsRefused() {
    RunContext context = ports(PORTS).context();
    Port port = DPDK.eal().port(0);

    assertThatIllegalStateException().isThrownBy(() -> context.pool(port));
    assertThatIllegalStateException().isThrownBy(context::hooks).withMessageContaining("whenReady");
  }
}
