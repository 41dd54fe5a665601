package io.gatun.pmd.forward;

import io.gatun.pmd.MacAddress;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.Port;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.StageProvider;

/** {@code --stage mac}. */
public final class MacStageProvider implements StageProvider {
  /** For ServiceLoader. */
  public MacStageProvider() {}

  @Override
  public String name() {
    return "mac";
  }

  @Override
  public String description() {
    return "Set the destination to peer=MAC (02:00:00:00:00:00 unless given) and the source to the"
        + " address of the port that sends";
  }

  @Override
  public PacketStage create(StageContext context) {
    context.allowOnly(name(), "peer");
    Port sender = context.txPort();
    if (sender == null) {
      throw new IllegalArgumentException("stage mac: no port sends what passes here");
    }
    return new MacStage(peer(context), sender.info().mac());
  }

  private static MacAddress peer(StageContext context) {
    try {
      return MacAddress.parse(context.option("peer", MacStage.PEER.toString()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("stage mac: peer: " + e.getMessage(), e);
    }
  }
}
