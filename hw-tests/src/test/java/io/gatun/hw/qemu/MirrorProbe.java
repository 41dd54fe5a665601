package io.gatun.hw.qemu;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.bindings.Memory;
import io.gatun.mirror.encap.Endpoints;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.PortOutlet;
import io.gatun.mirror.engine.Program;
import io.gatun.mirror.engine.Selector;
import io.gatun.pmd.Agent;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Runs in a guest and prints, as one JSON object, what the mirror does with each buffer while the
 * first and then the second transmission is not known to be complete, and after: for transmitted
 * and for received packets, by descriptor status and by reference count.
 *
 * <p>Arguments: EAL's. The first port receives, the second one transmits, packets are mirrored to
 * the third one. Each time that packets are to be sent to it, it prints {@link #RECEIVING} on
 * standard error.
 */
public final class MirrorProbe implements Agent {
  static final int PACKETS = 8;
  static final int FRAME_BYTES = 60;
  static final int SESSION = 7;
  static final String RECEIVING = "receiving";

  private static final int DESCRIPTORS = 64;
  private static final int MAX_HELD = 2048;

  /** Turns in which nothing must happen: far more than it takes when it may. */
  private static final int TURNS = 300;

  /** Long enough for any NIC, and short enough for a test that is to fail. */
  private static final int MAX_TURNS = 300_000;

  private static final long FOR_EVER_NANOS = 1L << 60;

  private final Mempool pool;
  private final MempoolCache buffers;
  private final List<Port> ports;
  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.global());
  private final Mbuf mbuf = new Mbuf();
  private final Map<String, Object> result = new LinkedHashMap<>();

  private MirrorProbe(Mempool pool, MempoolCache buffers, List<Port> ports) {
    this.pool = pool;
    this.buffers = buffers;
    this.ports = ports;
  }

  /** Starts EAL with these arguments, probes, prints. */
  public static void main(String[] arguments) throws Exception {
    try (Eal eal = Eal.start(List.of(arguments))) {
      Lcore worker = eal.workers().getFirst();
      Mempool pool = eal.createMempool("packets", 1023, 32, Mempool.DEFAULT_DATA_ROOM, -1);
      for (Port port : eal.ports()) {
        port.configure(PortConfig.DEFAULT.withDescriptors(DESCRIPTORS, DESCRIPTORS), pool);
        port.start();
      }
      MirrorProbe probe = new MirrorProbe(pool, pool.cache(worker), eal.ports());
      PollLoop loop = new PollLoop(worker, List.of(probe), IdleStrategy.busy());
      eal.launch(loop);
      loop.stop();
      eal.stopLoops();
      if (loop.failure() != null) {
        throw new IllegalStateException(loop.failure());
      }
      eal.ports().forEach(Port::close);
      probe.result.put("lost_mbufs", pool.capacity() - pool.available());
      System.out.println(new ObjectMapper().writeValueAsString(probe.result));
    }
  }

  @Override
  public String name() {
    return "mirror probe";
  }

  @Override
  public void onStart() {
    for (Completion completion :
        List.of(Completion.DESCRIPTOR_STATUS, Completion.REFERENCE_COUNT)) {
      result.put("egress_" + completion.label(), new Egress(completion).run());
      result.put("ingress_" + completion.label(), new Ingress(completion).run());
    }
  }

  @Override
  public int doWork() {
    return 0;
  }

  private int references(long packet) {
    return mbuf.wrap(packet).references();
  }

  /** An engine with one tap, whose packets all go to the third port. */
  private abstract class Scenario {
    final MirrorEngine engine = new MirrorEngine(buffers, MAX_HELD, null);
    final SpyQueue second = spy(2);
    final Program program;
    final int free = pool.available();
    final Map<String, Object> seen = new LinkedHashMap<>();

    Scenario(Completion completion, FrameEdit edit) {
      PortOutlet outlet = new PortOutlet(second, DESCRIPTORS, completion);
      LaneSettings settings =
          new LaneSettings(
              edit, 0, false, false, false, MAX_HELD, FOR_EVER_NANOS, FOR_EVER_NANOS, null);
      Lane lane = new Lane(engine, settings, outlet);
      engine.add(outlet);
      engine.add(lane);
      program = new Program(List.of(new Program.Part(new Selector(null, 1, false), List.of(lane))));
    }

    final SpyQueue spy(int port) {
      return new SpyQueue(ports.get(port).txQueues().getFirst(), DESCRIPTORS);
    }

    /** Buffers that are neither in the pool nor with anybody who had them before. */
    final int away() {
      return free - pool.available();
    }

    final Map<String, Object> finish() {
      engine.turn(); // tells that nothing is held any more
      seen.put("held", engine.table().held());
      seen.put("faults", engine.table().faults());
      // No reference of this driver outlives the scenario.
      ports.forEach(port -> port.txQueues().getFirst().doneCleanup(0));
      seen.put("away_after_cleanup", away());
      return seen;
    }
  }

  /** Packets that are transmitted. */
  private final class Egress extends Scenario {
    private final SpyQueue first = spy(1);
    private final EgressTap tap;

    Egress(Completion completion) {
      super(completion, FrameEdits.span());
      tap = new EgressTap(engine, first, DESCRIPTORS, completion);
      engine.add(tap);
      tap.program(program);
    }

    Map<String, Object> run() {
      List<Long> packets = transmit();
      seen.put("packets", packets);
      turn(() -> false, TURNS);
      seen.put("questions_before_first", first.questions());
      seen.put("mirrored_before_first", second.sent().size());

      first.sayDone();
      first.giveBack();
      turn(() -> second.sent().size() == PACKETS, MAX_TURNS);
      seen.put("mirrored", second.sent());
      seen.put("references_when_mirrored", second.references());
      seen.put("known_done", second.sent().stream().filter(first::hasSaidDone).count());
      turn(() -> false, TURNS);
      seen.put("questions_before_second", second.questions());
      seen.put("away_before_second", away());
      seen.put("held_before_second", engine.table().held());

      second.sayDone();
      second.giveBack();
      turn(() -> engine.table().held() == 0, MAX_TURNS);
      seen.put("away_after_second", away());
      return finish();
    }

    /** Hands new packets over; the mirror may look at once whether they have been sent. */
    private List<Long> transmit() {
      if (!buffers.allocate(burst, PACKETS)) {
        throw new IllegalStateException("no free packets");
      }
      List<Long> packets = new ArrayList<>();
      for (int i = 0; i < PACKETS; i++) {
        long packet = burst.get(i);
        long data = mbuf.wrap(packet).append(FRAME_BYTES);
        for (int at = 0; at < FRAME_BYTES; at++) {
          Memory.putByte(data + at, (byte) i);
        }
        packets.add(packet);
      }
      if (tap.transmit(burst) != PACKETS) {
        throw new IllegalStateException("the ring is full");
      }
      return packets;
    }

    private void turn(BooleanSupplier enough, int most) {
      for (int i = 0; i < most && !enough.getAsBoolean(); i++) {
        tap.poll();
      }
    }
  }

  /** Packets that are received, mirrored with a header before them, and delivered. */
  private final class Ingress extends Scenario {
    private final IngressTap tap;

    Ingress(Completion completion) {
      super(completion, FrameEdits.erspan2(endpoints(), SESSION, 0));
      tap = new IngressTap(engine, ports.getFirst().rxQueues().getFirst());
      engine.add(tap);
      tap.program(program);
    }

    private static Endpoints endpoints() {
      return new Endpoints(
          IpAddress.parse("192.0.2.1"),
          IpAddress.parse("192.0.2.2"),
          MacAddress.parse("02:00:00:00:00:01"),
          MacAddress.parse("02:00:00:00:00:02"),
          0,
          64,
          -1);
    }

    Map<String, Object> run() {
      System.err.println(RECEIVING);
      turn(() -> second.sent().size() == PACKETS, MAX_TURNS);
      seen.put("mirrored", second.sent());
      seen.put("references_when_mirrored", second.references());
      turn(() -> false, TURNS);
      seen.put("questions_before_second", second.questions());
      seen.put("delivered_before_second", burst.size());
      seen.put("held_before_second", engine.table().held());

      second.sayDone();
      turn(() -> false, TURNS);
      seen.put("known_done", second.sent().stream().filter(second::hasSaidDone).count());
      seen.put("delivered_before_references", burst.size());

      second.giveBack();
      turn(() -> burst.size() == PACKETS, MAX_TURNS);
      List<Long> delivered = new ArrayList<>();
      for (int i = 0; i < burst.size(); i++) {
        delivered.add(burst.get(i));
      }
      seen.put("delivered", delivered);
      seen.put("known_done", delivered.stream().filter(second::hasSaidDone).count());
      seen.put(
          "references_when_delivered",
          delivered.stream().map(MirrorProbe.this::references).toList());
      seen.put("lengths", delivered.stream().map(p -> mbuf.wrap(p).packetLength()).toList());
      seen.put("last_bytes", delivered.stream().map(this::lastByte).toList());
      seen.put("copies", tap.copies());
      burst.free();
      return finish();
    }

    private int lastByte(long packet) {
      return Memory.getByte(mbuf.wrap(packet).data() + FRAME_BYTES - 1);
    }

    private void turn(BooleanSupplier enough, int most) {
      for (int i = 0; i < most && !enough.getAsBoolean(); i++) {
        tap.receive(burst);
      }
    }
  }
}
