package io.gatun.pmd.forward;

import io.gatun.pmd.DropSink;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.RxQueue;
import io.gatun.pmd.TxQueue;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The streams and stages of {@code gatun forward} for device tests, which lie elsewhere. */
public final class TestStreams {
  private TestStreams() {}

  public static Stream forward(RxQueue rx, TxQueue tx, List<PacketStage> stages, int burstSize) {
    return forward(rx, tx, stages, burstSize, null);
  }

  /** As the former, with somebody who looks at what a full ring does not take. */
  public static Stream forward(
      RxQueue rx, TxQueue tx, List<PacketStage> stages, int burstSize, @Nullable DropSink drops) {
    return new ForwardStream(rx, tx, stages, burstSize, null, drops);
  }

  public static Stream sink(RxQueue rx, MempoolCache pool, int burstSize) {
    return new SinkStream(rx, pool, burstSize);
  }

  /** Sends frames of 60 bytes, {@code budget} in all; what {@code drain} receives is freed. */
  public static Stream generator(
      TxQueue tx, @Nullable RxQueue drain, MempoolCache pool, int flows, int burst, long budget) {
    MacAddress peer = MacAddress.parse("02:00:00:00:00:00");
    PacketTemplate template =
        new PacketTemplate(PacketTemplate.MIN_LENGTH, peer, peer, Arena.ofAuto());
    return new GeneratorStream(tx, drain, pool, template, flows, burst, budget);
  }

  public static PacketStage mac(MacAddress destination, MacAddress source) {
    return new MacStage(destination, source);
  }

  public static PacketStage macSwap() {
    return new MacSwapStage();
  }
}
