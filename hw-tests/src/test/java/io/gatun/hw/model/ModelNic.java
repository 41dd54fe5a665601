package io.gatun.hw.model;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A port with one transmit queue: driver, descriptor ring and hardware.
 *
 * <pre>
 *  transmit(burst) ──► | free | free | waiting ... | sent ... | ──► mbufs back to their pool
 *                                        |              ^               |
 *                                      work(n) ─────────┘            32 descriptors at a time,
 *                                        |                           at a later transmit
 *                                        v                           or in cleanUp
 *                                     frames()
 * </pre>
 *
 * <p>A packet takes a descriptor for each mbuf and one more where it asks for anything ({@code
 * eth_igb_xmit_pkts}: "plus 1 Context Descriptor"). The bytes are read when the hardware works, not
 * when they are handed over: who touches a packet after {@link #transmit} gets wrong bytes. Mbufs
 * are freed in batches, long after they were sent ({@code tx_free_thresh}). Nothing in a packet is
 * ever changed.
 *
 * <p>One thread.
 */
public final class ModelNic implements AutoCloseable {
  /** Descriptors that are freed together: DEFAULT_TX_FREE_THRESH of Intel's drivers. */
  private static final int FREE_BATCH = 32;

  private final TxCheck check;
  private final TxEngine engine;
  private final int descriptors;
  private final Arena arena = Arena.ofConfined();
  private final Burst freed = Burst.allocate(Burst.MAX_CAPACITY, arena);
  private final Mbuf mbuf = new Mbuf();
  private final Queue<Slot> waiting = new ArrayDeque<>();
  private final Queue<Slot> sent = new ArrayDeque<>();
  private final List<byte[]> frames = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private int used;
  private int sentDescriptors;
  private @Nullable String refusal;

  /** A packet in the ring, with how many descriptors it takes. */
  private record Slot(long mbuf, int descriptors) {}

  /**
   * A port of {@code family}.
   *
   * @param enabled {@code RTE_ETH_TX_OFFLOAD_*} that it is configured with
   * @param descriptors size of its ring
   * @throws IllegalArgumentException when an offload is enabled that the family has not
   */
  public ModelNic(NicFamily family, long enabled, int descriptors) {
    this(NicBehaviour.of(family), checked(family, enabled), descriptors);
  }

  /** A port of {@code family} without surprises: it goes by the lengths and does what it claims. */
  public static ModelNic flawless(NicFamily family, long enabled, int descriptors) {
    return new ModelNic(NicBehaviour.of(family).flawless(), checked(family, enabled), descriptors);
  }

  /** QEMU's igb, which has the driver and the identity of an 82576 and parses packets itself. */
  public static ModelNic qemuIgb(long enabled, int descriptors) {
    return new ModelNic(
        NicBehaviour.QEMU_IGB, checked(NicFamily.INTEL_82576, enabled), descriptors);
  }

  private static long checked(NicFamily family, long enabled) {
    long unknown = enabled & ~family.txOffloads();
    if (unknown != 0) {
      throw new IllegalArgumentException(
          "%s: RTE_ETH_TX_OFFLOAD bits 0x%x are not among its 0x%x"
              .formatted(family, unknown, family.txOffloads()));
    }
    return enabled;
  }

  private ModelNic(NicBehaviour behaviour, long enabled, int descriptors) {
    this.check = new TxCheck(behaviour, enabled);
    this.engine = new TxEngine(behaviour);
    this.descriptors = descriptors;
  }

  // ---- the driver -------------------------------------------------------------------------------

  /**
   * {@code rte_eth_tx_prepare}: how many packets from the front may be transmitted; {@link
   * #refusal} says what is wrong with the next one.
   */
  public int prepare(Burst burst) {
    for (int i = 0; i < burst.size(); i++) {
      refusal = check.refusal(TxRequest.of(mbuf.wrap(burst.get(i))));
      if (refusal != null) {
        return i;
      }
    }
    return burst.size();
  }

  /** Why the last {@link #prepare} stopped; null when it did not. */
  public @Nullable String refusal() {
    return refusal;
  }

  /**
   * {@code rte_eth_tx_burst}: takes packets from the front of {@code burst} while there are
   * descriptors for them; the others stay in it.
   *
   * @return how many were taken
   */
  public int transmit(Burst burst) {
    if (descriptors - used < FREE_BATCH || sentDescriptors >= FREE_BATCH) {
      free(FREE_BATCH);
    }
    int taken = 0;
    while (taken < burst.size()) {
      TxRequest request = TxRequest.of(mbuf.wrap(burst.get(taken)));
      int needed = request.segments() + (request.isOffloaded() ? 1 : 0);
      if (used + needed > descriptors) {
        break;
      }
      waiting.add(new Slot(burst.get(taken), needed));
      used += needed;
      taken++;
    }
    burst.removeFirst(taken);
    return taken;
  }

  /** {@code rte_eth_tx_done_cleanup}: frees what has been sent. */
  public void cleanUp() {
    free(Integer.MAX_VALUE);
  }

  private void free(int most) {
    int count = 0;
    while (count < most && !sent.isEmpty()) {
      Slot slot = sent.remove();
      count += slot.descriptors();
      used -= slot.descriptors();
      sentDescriptors -= slot.descriptors();
      freed.add(slot.mbuf());
      if (freed.remaining() == 0) {
        freed.free();
      }
    }
    freed.free();
  }

  // ---- the hardware -----------------------------------------------------------------------------

  /** Sends up to {@code packets} of those in the ring; returns how many. */
  public int work(int packets) {
    int count = 0;
    while (count < packets && !waiting.isEmpty()) {
      Slot slot = waiting.remove();
      send(mbuf.wrap(slot.mbuf()));
      sent.add(slot);
      sentDescriptors += slot.descriptors();
      count++;
    }
    return count;
  }

  /** The port's packet counter and its error counter: what cannot be sent is dropped and named. */
  private void send(Mbuf packet) {
    TxRequest request = TxRequest.of(packet);
    String reason = check.refusal(request);
    if (reason == null) {
      try {
        frames.addAll(engine.send(request, bytes(packet)));
        return;
      } catch (MalformedRequestException e) {
        reason = e.getMessage();
      }
    }
    faults.add(String.valueOf(reason));
  }

  /** All bytes of a packet, over its segments. */
  public static byte[] bytes(Mbuf packet) {
    byte[] bytes = new byte[packet.packetLength()];
    int at = 0;
    Mbuf segment = new Mbuf().wrap(packet.address());
    for (int left = packet.segments(); left > 0; left--) {
      int length = Math.min(segment.dataLength(), bytes.length - at);
      Memory.copy(segment.data(), bytes, at, length);
      at += length;
      if (left > 1) {
        segment.wrap(segment.next());
      }
    }
    return bytes;
  }

  /** Takes the frames that have left since the last call, in order. */
  public List<byte[]> frames() {
    List<byte[]> taken = List.copyOf(frames);
    frames.clear();
    return taken;
  }

  /**
   * What the hardware could not make sense of, in words: packets that were transmitted although
   * {@link #prepare} refuses them, or whose lengths point outside. They did not leave.
   */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /** Packets that wait for the hardware. */
  public int waiting() {
    return waiting.size();
  }

  /** Mbufs, counted by packet, that the port holds. */
  public int held() {
    return waiting.size() + sent.size();
  }

  /** Stops the port: what it holds is freed, sent or not. */
  @Override
  public void close() {
    sent.addAll(waiting);
    waiting.clear();
    cleanUp();
    arena.close();
  }
}
