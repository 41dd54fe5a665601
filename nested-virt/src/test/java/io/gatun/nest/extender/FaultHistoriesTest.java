package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a model nest: the real extenders, frames, JSON-RPC, QMP client and journal,
 * over a fake kernel and a fake QEMU, killed, cut off and lied to at any step.
 */
@Tag("slow")
class FaultHistoriesTest {
  private static final int HISTORIES = Integer.getInteger("gatun.histories", 10_000);
  private static final long FIRST_SEED = Long.getLong("gatun.seed", 1);

  private final Map<String, Integer> faults = new TreeMap<>();
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final Map<Long, String> violations = new TreeMap<>();

  @Test
  void nothingIsLostAndNothingIsGivenTwice() {
    LongStream.range(FIRST_SEED, FIRST_SEED + HISTORIES).parallel().forEach(this::history);

    int total = faults.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf(
        "histories: %d, faults: %d %s, what guests got: %s, violations: %d%n",
        HISTORIES, total, faults, outcomes, violations.size());
    violations.entrySet().stream().limit(10).forEach(System.out::println);
    assertThat(violations).isEmpty();
    if (HISTORIES >= 100) { // what is asserted above was put to the test
      assertThat(faults).hasSize(17);
      assertThat(outcomes).containsKeys("a function", "an emulated NIC", "NOT_GRANTED");
    }
  }

  private void history(long seed) {
    SimNest nest = new SimNest(seed);
    play(nest);
    synchronized (this) {
      nest.faults.forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
      nest.outcomes.forEach((outcome, count) -> outcomes.merge(outcome, count, Integer::sum));
      if (!nest.violations.isEmpty()) {
        violations.put(seed, nest.violations.toString());
      }
    }
  }

  static void play(SimNest nest) {
    nest.guests.forEach(guest -> nest.want(guest, "eth0"));
    int events = 4 + nest.random.nextInt(12);
    for (int i = 0; i < events; i++) {
      nest.happen();
      nest.run(nest.random.nextLong(6 * SimNest.SECOND));
    }
    nest.heal();
    nest.applyAgain();
    nest.runUntilCalm(180 * SimNest.SECOND);
    nest.guests.forEach(guest -> guest.paused = true); // or somebody is always asking
    nest.runUntilCalm(60 * SimNest.SECOND);
    nest.checks.settled();
    SimPlans.check(nest);
    if (nest.random.nextInt(4) == 0) {
      nest.abandon();
    }
    nest.guests.forEach(guest -> guest.wants.clear());
    nest.release();
    nest.runUntilCalm(90 * SimNest.SECOND);
    nest.checks.empty();
  }
}
