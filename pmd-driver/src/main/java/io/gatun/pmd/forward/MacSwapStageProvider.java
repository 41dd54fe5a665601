package io.gatun.pmd.forward;

import io.gatun.pmd.PacketStage;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.StageProvider;

/** {@code --stage macswap}. */
public final class MacSwapStageProvider implements StageProvider {
  /** For ServiceLoader. */
  public MacSwapStageProvider() {}

  @Override
  public String name() {
    return "macswap";
  }

  @Override
  public String description() {
    return "Swap destination and source address. No options";
  }

  @Override
  public PacketStage create(StageContext context) {
    context.allowOnly(name());
    return new MacSwapStage();
  }
}
