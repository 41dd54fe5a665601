package io.gatun.hw.bench;

import io.gatun.pmd.PacketStage;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.StageProvider;

/** {@code --stage bench-chain}: packets of several segments, which no endless source makes. */
public final class ChainStageProvider implements StageProvider {
  static final String NAME = "bench-chain";
  private static final int MOST = 16;

  /** For ServiceLoader. */
  public ChainStageProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "For benchmarks: append segments=N (2 to 16) less one buffers, as long as the packet is";
  }

  @Override
  public PacketStage create(StageContext context) {
    context.allowOnly(NAME, "segments");
    String text = context.option("segments", "2");
    int segments;
    try {
      segments = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      segments = 0;
    }
    if (segments < 2 || segments > MOST) {
      throw new IllegalArgumentException(
          "stage %s: segments=%s: 2 to %d are possible".formatted(NAME, text, MOST));
    }
    return new ChainStage(context.pool(), segments);
  }
}
