package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.model.ModelNic;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.Drops;
import io.gatun.offload.gateway.FuzzedGateway;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DropSink;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortHooks;
import io.gatun.pmd.Receiver;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.Transmitter;
import io.gatun.pmd.TxQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A gateway with somebody between its queues and it, as a mirror is. */
@Tag("dpdk")
class GatewayHooksTest {
  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with("--vdev=net_null0,no-rx=1", "--vdev=net_null1,no-rx=1");

  private static final int TENANT = 0;
  private static final int UNDERLAY = 1;

  private static final String FRAME =
      "Ether(src='02:00:00:00:00:0a',dst='02:00:00:00:00:0b')/IP(src='10.0.0.1',dst='10.0.0.2')"
          + "/UDP(dport=9)/Raw(b'x'*64)";
  private static final String TUNNELLED =
      "Ether(src='02:00:00:00:0b:0b',dst='02:00:00:00:00:01')/IP(src='192.0.2.2',dst='192.0.2.1')"
          + "/UDP(sport=50000,dport=4789,chksum=0)/VXLAN(vni=42)/"
          + FRAME;

  private static byte[] frame = {};
  private static byte[] tunnelled = {};

  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final PacketChain chain = new PacketChain(cache);
  private final Mbuf mbuf = new Mbuf();
  private final Hooks hooks = new Hooks();
  private final List<String> calls = new ArrayList<>();

  @BeforeAll
  static void makeFrames() {
    Tool.assumeScapy();
    String[] hex =
        Tool.scapy("print(bytes(%s).hex(), bytes(%s).hex())".formatted(FRAME, TUNNELLED))
            .strip()
            .split(" ", -1);
    frame = HexFormat.of().parseHex(hex[0]);
    tunnelled = HexFormat.of().parseHex(hex[1]);
  }

  /** Receives what it is given; {@code held} comes at the end. */
  private static final class Source implements Receiver {
    private final RxQueue queue;
    private final Deque<Long> waiting = new ArrayDeque<>();
    private final Deque<Long> held = new ArrayDeque<>();

    Source(RxQueue queue) {
      this.queue = queue;
    }

    @Override
    public RxQueue rxQueue() {
      return queue;
    }

    @Override
    public int receive(Burst burst) {
      return move(waiting, burst, burst.capacity());
    }

    @Override
    public int drain(Burst burst) {
      return move(held, burst, 1);
    }

    private static int move(Deque<Long> from, Burst burst, int most) {
      int count = 0;
      while (count < most && !from.isEmpty() && burst.add(from.element())) {
        from.remove();
        count++;
      }
      return count;
    }
  }

  /** Keeps the bytes of what is transmitted. */
  private final class Target implements Transmitter {
    private final TxQueue queue;
    private final List<byte[]> sent = new ArrayList<>();
    private boolean ready = true;
    private int room = Integer.MAX_VALUE;
    private int polled;

    Target(TxQueue queue) {
      this.queue = queue;
    }

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
      int count = Math.min(room, burst.size());
      for (int i = 0; i < count; i++) {
        sent.add(ModelNic.bytes(mbuf.wrap(burst.get(i))));
        chain.free(burst.get(i));
      }
      burst.removeFirst(count);
      if (count > 0) {
        calls.add("transmit " + port());
      }
      return count;
    }

    @Override
    public int prepare(Burst burst) {
      return burst.size();
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public int poll() {
      polled++;
      return 1000;
    }

    @Override
    public void drain() {
      calls.add("drain " + port());
    }
  }

  /** One of each for each port. */
  private final class Hooks implements PortHooks {
    private final Map<Integer, Source> sources = new HashMap<>();
    private final Map<Integer, Target> targets = new HashMap<>();
    private final List<String> dropped = new ArrayList<>();
    private List<String> reasons = List.of();

    @Override
    public Receiver onReceive(RxQueue queue, Lcore lcore) {
      assertThat(lcore).isEqualTo(DPDK.worker());
      Source source = new Source(queue);
      assertThat(sources.put(queue.port(), source)).isNull();
      return source;
    }

    @Override
    public Transmitter onTransmit(TxQueue queue, Lcore lcore) {
      assertThat(lcore).isEqualTo(DPDK.worker());
      Target target = new Target(queue);
      assertThat(targets.put(queue.port(), target)).isNull();
      return target;
    }

    @Override
    public @Nullable DropSink onDrop(Lcore lcore, List<String> names) {
      reasons = names;
      return (packet, reason) -> {
        int length = mbuf.wrap(packet).packetLength();
        dropped.add(names.get(reason) + " " + length);
        chain.free(packet);
      };
    }

    Source source(int port) {
      return Objects.requireNonNull(sources.get(port));
    }

    Target target(int port) {
      return Objects.requireNonNull(targets.get(port));
    }
  }

  private FuzzedGateway gateway() {
    Port tenants = DPDK.start(TENANT);
    Port underlay = DPDK.start(UNDERLAY);
    String options =
        "--tenant 0 --underlay 1 --mtu 1500 --tunnel vxlan --vni 42 --local 192.0.2.1"
            + " --remote 192.0.2.2 --remote-mac 02:00:00:00:0b:0b";
    FuzzedGateway gateway =
        FuzzedGateway.make(
            tenants, underlay, DPDK.pool(), DPDK.worker(), 32, hooks, options.split(" ", -1));
    DPDK.onWorker(
        () -> {
          gateway.onStart();
          gateway.doWork(); // announces the gateway's address, where it resolves others
        });
    hooks.target(UNDERLAY).sent.clear();
    calls.clear();
    return gateway;
  }

  private long packet(byte[] bytes) {
    return chain.make(bytes, new int[] {bytes.length}, 1, 128, (byte) 0);
  }

  @Test
  void everyQueueIsAskedForOnceAndPolledEveryTurn() {
    FuzzedGateway gateway = gateway();
    assertThat(hooks.sources).hasSize(2);
    assertThat(hooks.targets).hasSize(2);
    assertThat(hooks.reasons).isEqualTo(Drops.names()).contains("ring_full", "own_packet");
    int before = hooks.target(TENANT).polled;
    DPDK.onWorker(
        () -> {
          for (int i = 0; i < 10; i++) {
            assertThat(gateway.doWork()).isEqualTo(2000);
          }
          gateway.close();
        });
    assertThat(hooks.target(TENANT).polled).isEqualTo(before + 10);
    assertThat(hooks.target(UNDERLAY).polled).isEqualTo(before + 10);
  }

  @Test
  void nothingIsReceivedForAWayThatIsNotReady() {
    FuzzedGateway gateway = gateway();
    Source tenants = hooks.source(TENANT);
    Source underlay = hooks.source(UNDERLAY);
    DPDK.onWorker(
        () -> {
          tenants.waiting.add(packet(frame));
          underlay.waiting.add(packet(tunnelled));
          hooks.target(UNDERLAY).ready = false;
          gateway.doWork();
          assertThat(tenants.waiting).hasSize(1);
          assertThat(hooks.target(TENANT).sent).hasSize(1);
          assertThat(hooks.target(TENANT).sent.getFirst()).isEqualTo(frame);

          underlay.waiting.add(packet(tunnelled));
          hooks.target(UNDERLAY).ready = true;
          hooks.target(TENANT).ready = false;
          gateway.doWork();
          assertThat(tenants.waiting).isEmpty();
          assertThat(underlay.waiting).hasSize(1);
          assertThat(hooks.target(UNDERLAY).sent).hasSize(1);

          hooks.target(TENANT).ready = true;
          gateway.doWork();
          assertThat(underlay.waiting).isEmpty();
          assertThat(hooks.target(TENANT).sent).hasSize(2);
          gateway.close();
        });
    assertThat(gateway.encapsulated()).isEqualTo(1);
    assertThat(gateway.decapsulated()).isEqualTo(2);
  }

  /** What waits for a ring is sent whether or not something may be received. */
  @Test
  void outputIsPumpedWhileNothingIsReceived() {
    FuzzedGateway gateway = gateway();
    Target underlay = hooks.target(UNDERLAY);
    DPDK.onWorker(
        () -> {
          hooks.source(TENANT).waiting.add(packet(frame));
          underlay.room = 0;
          gateway.doWork();
          assertThat(underlay.sent).isEmpty();
          underlay.room = 10;
          underlay.ready = false;
          gateway.doWork();
          assertThat(underlay.sent).hasSize(1);
          gateway.close();
        });
  }

  @Test
  void heldPacketsGoTheirWayBeforeTheEnd() {
    FuzzedGateway gateway = gateway();
    DPDK.onWorker(
        () -> {
          for (int i = 0; i < 3; i++) {
            hooks.source(TENANT).held.add(packet(frame));
          }
          hooks.source(UNDERLAY).held.add(packet(tunnelled));
          gateway.close();
        });
    assertThat(hooks.target(UNDERLAY).sent).hasSize(3);
    assertThat(hooks.target(TENANT).sent).hasSize(1);
    assertThat(gateway.received()).isEqualTo(4);
    assertThat(gateway.accounted()).isEqualTo(4);
    int lastTransmit = Math.max(calls.lastIndexOf("transmit 0"), calls.lastIndexOf("transmit 1"));
    assertThat(calls.subList(lastTransmit + 1, calls.size()))
        .containsExactlyInAnyOrder("drain 0", "drain 1");
  }

  /** Whoever wants to see drops gets the packet, once, with its reason. */
  @Test
  void droppedPacketsGoToWhoLooksAtThem() {
    FuzzedGateway gateway = gateway();
    byte[] stranger = tunnelled.clone();
    stranger[14 + 20 + 8 + 6] = 43; // another VNI
    byte[] garbled = tunnelled.clone();
    garbled[14 + 10] ^= 1; // the outer IP checksum
    byte[] cut = Arrays.copyOf(frame, 5);
    DPDK.onWorker(
        () -> {
          hooks.source(UNDERLAY).waiting.add(packet(stranger));
          hooks.source(UNDERLAY).waiting.add(packet(garbled));
          hooks.source(TENANT).waiting.add(packet(cut));
          gateway.doWork();
          hooks.target(TENANT).room = 0;
          hooks.source(UNDERLAY).waiting.add(packet(tunnelled));
          gateway.doWork();
          gateway.close();
        });
    assertThat(hooks.dropped)
        .containsExactly(
            "malformed_inner 5",
            "unknown_vni " + tunnelled.length,
            "bad_outer_checksum " + tunnelled.length,
            "ring_full " + frame.length);
    assertThat(gateway.reasons())
        .isEqualTo(Map.of("malformed_inner", 1L, "unknown_vni", 1L, "bad_outer_checksum", 1L));
    assertThat(gateway.ringFull()).isEqualTo(1);
    assertThat(gateway.accounted()).isEqualTo(4);
  }
}
