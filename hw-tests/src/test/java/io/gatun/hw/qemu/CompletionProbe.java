package io.gatun.hw.qemu;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.bindings.Memory;
import io.gatun.pmd.Agent;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Eal;
import io.gatun.pmd.IdleStrategy;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PollLoop;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs in a guest and prints, as one JSON object, how a driver completes packets to which the
 * program keeps a reference of its own: when their descriptors are done, and when the driver gives
 * its reference back, by itself or when it is asked to.
 *
 * <p>Arguments: EAL's. The first port is taken.
 */
public final class CompletionProbe implements Agent {
  static final int PACKETS = 10;
  static final int DESCRIPTORS = 64;
  static final int FRAME_BYTES = 60;

  /** Long enough for any NIC, and short enough for a test that is to fail. */
  private static final int MAX_POLLS = 1_000_000;

  private final TxQueue queue;
  private final MempoolCache buffers;
  private final Burst burst = Burst.allocate(1, Arena.global());
  private final Mbuf mbuf = new Mbuf();
  private final Map<String, Object> result = new LinkedHashMap<>();
  private int sent;

  private CompletionProbe(TxQueue queue, MempoolCache buffers) {
    this.queue = queue;
    this.buffers = buffers;
  }

  /** Starts EAL with these arguments, probes, prints. */
  public static void main(String[] arguments) throws Exception {
    try (Eal eal = Eal.start(List.of(arguments))) {
      Lcore worker = eal.workers().getFirst();
      Mempool pool = eal.createMempool("packets", 1023, 32, Mempool.DEFAULT_DATA_ROOM, -1);
      Port port = eal.ports().getFirst();
      port.configure(PortConfig.DEFAULT.withDescriptors(DESCRIPTORS, DESCRIPTORS), pool);
      port.start();
      CompletionProbe probe = new CompletionProbe(port.txQueues().getFirst(), pool.cache(worker));
      probe.result.put("driver", port.info().driver());
      PollLoop loop = new PollLoop(worker, List.of(probe), IdleStrategy.busy());
      eal.launch(loop);
      loop.stop();
      eal.stopLoops();
      if (loop.failure() != null) {
        throw new IllegalStateException(loop.failure());
      }
      port.close();
      probe.result.put("lost_mbufs", pool.capacity() - pool.available());
      System.out.println(new ObjectMapper().writeValueAsString(probe.result));
    }
  }

  @Override
  public String name() {
    return "completion probe";
  }

  @Override
  public void onStart() {
    result.put("descriptors", DESCRIPTORS);
    result.put("descriptor_status", queue.hasDescriptorStatus());
    result.put("unused_is_done", queue.isDone(DESCRIPTORS - 1));
    result.put("by_itself", byItself());
    // The next packets go into a ring in which nothing is outstanding.
    result.put("cleanup_of_others", queue.doneCleanup(0));
    result.put("by_cleanup", byCleanup());
    result.put("sent", sent);
  }

  @Override
  public int doWork() {
    return 0;
  }

  /** Sends the packets, then others until the driver has let go of each. */
  private List<Map<String, Object>> byItself() {
    List<Long> packets = sendShared();
    List<Map<String, Object>> states = awaitDone(packets);
    for (int kicks = 0; kicks < DESCRIPTORS; kicks++) {
      queue.kick();
    }
    for (int i = 0; i < PACKETS; i++) {
      states.get(i).put("references_after_kicks", references(packets.get(i)));
    }
    int others = 0;
    while (others < 4 * DESCRIPTORS && packets.stream().anyMatch(p -> references(p) > 1)) {
      send(newPacket());
      others++;
      for (int i = 0; i < PACKETS; i++) {
        if (references(packets.get(i)) == 1) {
          states.get(i).putIfAbsent("others_until_returned", others);
        }
      }
    }
    packets.forEach(this::free);
    return states;
  }

  /** Sends the packets and asks the driver to let go of them. */
  private Map<String, Object> byCleanup() {
    List<Long> packets = sendShared();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("packets", awaitDone(packets));
    answer.put("result", queue.doneCleanup(0));
    answer.put("references_after", packets.stream().map(this::references).toList());
    packets.forEach(this::free);
    return answer;
  }

  /** Sends packets to each of which the driver has one reference and this program another. */
  private List<Long> sendShared() {
    List<Long> packets = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      long packet = newPacket();
      mbuf.wrap(packet).references(2);
      packets.add(packet);
      send(packet);
    }
    return packets;
  }

  /** Waits for the descriptor of each, which is so many places before the ring's tail. */
  private List<Map<String, Object>> awaitDone(List<Long> packets) {
    List<Map<String, Object>> states = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      int offset = DESCRIPTORS - PACKETS + i;
      int polls = 0;
      while (polls < MAX_POLLS && !queue.isDone(offset)) {
        polls++;
      }
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("done", polls < MAX_POLLS);
      state.put("polls", polls);
      state.put("references_when_done", references(packets.get(i)));
      states.add(state);
    }
    return states;
  }

  private long newPacket() {
    if (!buffers.allocate(burst, 1)) {
      throw new IllegalStateException("no free packet");
    }
    long packet = burst.get(0);
    burst.size(0);
    long data = mbuf.wrap(packet).append(FRAME_BYTES);
    for (int i = 0; i < FRAME_BYTES; i++) {
      Memory.putByte(data + i, (byte) 0);
    }
    Memory.putIntBigEndian(data + FRAME_BYTES - Integer.BYTES, sent);
    return packet;
  }

  private void send(long packet) {
    burst.add(packet);
    for (int polls = 0; queue.transmit(burst) == 0; polls++) {
      if (polls == MAX_POLLS) {
        throw new IllegalStateException("the ring stays full");
      }
    }
    sent++;
  }

  private int references(long packet) {
    return mbuf.wrap(packet).references();
  }

  private void free(long packet) {
    burst.add(packet);
    burst.free();
  }
}
