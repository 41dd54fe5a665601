package io.gatun.offload.plan.selftest;

import io.gatun.bindings.Memory;
import io.gatun.offload.plan.SelfTestResults.Outcome;
import io.gatun.offload.plan.SelfTestResults.Status;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One direction between two ports: sends a frame and collects what arrives. One lcore. */
final class TestWire implements AutoCloseable {
  private static final long ARRIVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long SURPLUS_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int PATH_ATTEMPTS = 30;
  private static final int BURST = 32;
  private static final int SOURCE_AT = 6;
  private static final int MARK_AT = 11;

  private final Port from;
  private final Port to;
  private final TxQueue out;
  private final RxQueue in;
  private final MempoolCache cache;
  private final Arena arena = Arena.ofConfined();
  private final Burst sent = Burst.allocate(BURST, arena);
  private final Burst received = Burst.allocate(BURST, arena);
  private final Mbuf mbuf = new Mbuf();
  private final List<byte[]> frames = new ArrayList<>();
  private final byte[] receiver = new byte[SOURCE_AT];
  private boolean toReceiver; // whether frames are sent to its own address
  private long rxFlags;

  TestWire(Port from, Port to, MempoolCache cache) {
    this.from = from;
    this.to = to;
    this.out = from.txQueues().getFirst();
    this.in = to.rxQueues().getFirst();
    this.cache = cache;
    long mac = to.info().mac().value();
    for (int i = 0; i < SOURCE_AT; i++) {
      receiver[i] = (byte) (mac >>> 8 * (SOURCE_AT - 1 - i));
    }
  }

  /**
   * Sends a plain frame until it arrives: a bridge or a switch may need a while. It is sent to
   * nobody's address and to the receiver's in turn, and what arrived decides how all others are: a
   * bridge keeps what is for its own port, a virtual function receives nothing else.
   */
  void awaitPath(TestCase probe) {
    for (int attempt = 0; attempt < PATH_ATTEMPTS; attempt++) {
      toReceiver = attempt % 2 != 0;
      if (run(probe).status() == Status.PASSED) {
        return;
      }
    }
    throw new IllegalStateException(
        "nothing that %s sends arrives at %s: are they cabled, and is what is between them up?"
            .formatted(from, to));
  }

  Outcome run(TestCase test) {
    String refused = send(test);
    if (refused != null) {
      return new Outcome(Status.FAILED, test.name() + ": " + refused);
    }
    collect(test.mark(), test.expected().size());
    if (frames.isEmpty()) {
      return new Outcome(Status.NOTHING_CAME_BACK, test.name());
    }
    TestCase.VerdictCheck verdict = test.verdict();
    String complaint =
        verdict == null
            ? FrameComparison.difference(test.expected(), frames, test.cut())
            : verdict.complaint(rxFlags);
    return complaint == null
        ? new Outcome(Status.PASSED, "")
        : new Outcome(Status.FAILED, test.name() + ": " + complaint);
  }

  private @Nullable String send(TestCase test) {
    if (!cache.allocate(sent, 1)) {
      throw new IllegalStateException("no mbuf is free");
    }
    mbuf.wrap(sent.get(0));
    long data = mbuf.append(test.frame().length);
    Memory.copy(test.frame(), 0, data, test.frame().length);
    if (toReceiver) {
      Memory.copy(receiver, 0, data, SOURCE_AT);
    }
    mbuf.flags(test.flags());
    mbuf.txOffload(test.lengths());
    mbuf.vlanTci(test.vlanTci());
    if (out.prepare(sent) != 1) {
      cache.free(sent);
      return "rte_eth_tx_prepare refuses it";
    }
    long deadline = System.nanoTime() + ARRIVAL_NANOS;
    while (out.transmit(sent) == 0) {
      if (System.nanoTime() > deadline) {
        cache.free(sent);
        return "the driver does not take it";
      }
      Thread.onSpinWait();
    }
    return null;
  }

  /** Until {@code count} frames are there, and a little longer to see that there are no more. */
  private void collect(int mark, int count) {
    frames.clear();
    rxFlags = 0;
    long now = System.nanoTime();
    long deadline = now + ARRIVAL_NANOS;
    boolean complete = false;
    while (System.nanoTime() < deadline) {
      in.receive(received);
      for (int i = 0; i < received.size(); i++) {
        keep(received.get(i), mark);
      }
      cache.free(received);
      if (!complete && frames.size() >= count) {
        complete = true;
        deadline = System.nanoTime() + SURPLUS_NANOS;
      }
      Thread.onSpinWait();
    }
  }

  /** Keeps a frame that is this test's, known by its source address. */
  private void keep(long packet, int mark) {
    mbuf.wrap(packet);
    byte[] frame = new byte[mbuf.packetLength()];
    long flags = mbuf.flags();
    int at = 0;
    for (long segment = packet; segment != 0; segment = mbuf.next()) {
      mbuf.wrap(segment);
      int length = Math.min(mbuf.dataLength(), frame.length - at);
      Memory.copy(mbuf.data(), frame, at, length);
      at += length;
    }
    boolean ours =
        frame.length > MARK_AT
            && frame[SOURCE_AT] == 0x02
            && frame[SOURCE_AT + 1] == 0x67
            && frame[SOURCE_AT + 2] == 0x61
            && frame[SOURCE_AT + 3] == 0x74
            && frame[SOURCE_AT + 4] == 0x75
            && (frame[MARK_AT] & 0xff) == mark;
    if (ours) {
      if (toReceiver) {
        TestPacket.putDestination(frame, 0);
      }
      frames.add(frame);
      rxFlags = flags;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
