package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gatun.bindings.Memory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A burst's table; for what it does with packets see hw-tests. */
class BurstTest {
  private static final int BURSTS = 2000;

  /** Only its address is used, so a table could be collected while lcores write to it. */
  @Test
  void theTableOfAnAutomaticArenaLivesAsLongAsTheBurst() {
    List<Burst> bursts = new ArrayList<>();
    for (int i = 0; i < BURSTS; i++) {
      Burst burst = Burst.allocate(32, Arena.ofAuto());
      Memory.putLong(burst.address() + 8, 0x1000L + i);
      bursts.add(burst);
    }
    List<Burst> others = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      System.gc();
      for (int i = 0; i < BURSTS; i++) {
        others.add(Burst.allocate(32, Arena.ofAuto())); // takes what was freed, and zeroes it
      }
    }

    for (int i = 0; i < BURSTS; i++) {
      assertThat(Memory.getLong(bursts.get(i).address() + 8)).isEqualTo(0x1000L + i);
    }
    assertThat(others).hasSize(5 * BURSTS);
  }

  @Test
  void aCapacityOutOfItsRangeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Burst.allocate(0, Arena.global()))
        .withMessage("burst: 0 is not in [1, 512]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Burst.allocate(513, Arena.global()))
        .withMessage("burst: 513 is not in [1, 512]");
  }
}
