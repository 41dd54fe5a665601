package io.gatun.pmd.forward;

import io.gatun.pmd.PacketStage;
import io.gatun.pmd.StageContext;
import io.gatun.pmd.StageSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What happens between receive and transmit. */
final class ForwardStages {
  private ForwardStages() {}

  /**
   * Makes and starts stages for one lcore: those of {@code specs} see packets as they came; the
   * mode's own has the last word.
   *
   * @param mode one that passes packets
   * @param place between two ports
   */
  static List<PacketStage> make(List<StageSpec> specs, ForwardMode mode, StageContext place) {
    List<PacketStage> stages = new ArrayList<>();
    for (StageSpec spec : specs) {
      stages.add(spec.create(place));
    }
    switch (mode) {
      case MAC ->
          stages.add(
              new MacStage(MacStage.PEER, Objects.requireNonNull(place.txPort()).info().mac()));
      case MACSWAP -> stages.add(new MacSwapStage());
      default -> {}
    }
    stages.forEach(stage -> stage.start(place.lcore()));
    return stages;
  }
}
