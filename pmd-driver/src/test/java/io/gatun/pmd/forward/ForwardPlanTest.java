package io.gatun.pmd.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.pmd.Lcore;
import io.gatun.pmd.cli.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForwardPlanTest {
  private static final Lcore ONE = new Lcore(1, 1, 0, false);
  private static final Lcore TWO = new Lcore(2, 2, 0, false);
  private static final Lcore THREE = new Lcore(3, 3, 0, false);

  private final ForwardOptions options = new ForwardOptions();

  /** The ways as {@code from>to#queue@lcore}. */
  private List<String> plan(List<Integer> ports, Lcore... workers) {
    return ForwardPlan.of(options, ports, List.of(workers)).ways().stream()
        .map(w -> "%d>%d#%d@%d".formatted(w.from(), w.to(), w.queue(), w.lcore().id()))
        .toList();
  }

  @Test
  void pairedPortsSendToEachOther() {
    assertThat(plan(List.of(0, 1, 2, 3), ONE))
        .containsExactly("0>1#0@1", "1>0#0@1", "2>3#0@1", "3>2#0@1");
  }

  @Test
  void theLastOfAnOddNumberIsPairedWithItself() {
    assertThat(plan(List.of(0, 1, 2), ONE)).containsExactly("0>1#0@1", "1>0#0@1", "2>2#0@1");
    assertThat(plan(List.of(5), ONE)).containsExactly("5>5#0@1");
  }

  @Test
  void pairsFollowTheOrderOfThePorts() {
    assertThat(plan(List.of(4, 2), ONE)).containsExactly("4>2#0@1", "2>4#0@1");
  }

  @Test
  void chainedPortsSendToTheNext() {
    options.topology = ForwardOptions.Topology.CHAINED;

    assertThat(plan(List.of(0, 1, 2), ONE)).containsExactly("0>1#0@1", "1>2#0@1", "2>0#0@1");
  }

  @Test
  void loopedPortsSendToThemselves() {
    options.topology = ForwardOptions.Topology.LOOP;

    assertThat(plan(List.of(0, 1), ONE)).containsExactly("0>0#0@1", "1>1#0@1");
  }

  @Test
  void everyQueueIsAWayOfItsOwnAndWaysAreDealtToTheLcores() {
    options.rxQueues = 2;

    assertThat(plan(List.of(0, 1), ONE, TWO))
        .containsExactly("0>1#0@1", "1>0#0@2", "0>1#1@1", "1>0#1@2");
    assertThat(plan(List.of(0, 1), ONE, TWO, THREE))
        .containsExactly("0>1#0@1", "1>0#0@2", "0>1#1@3", "1>0#1@1");
  }

  @Test
  void onlyLcoresWithSomethingToDoAreUsed() {
    ForwardPlan plan = ForwardPlan.of(options, List.of(0), List.of(ONE, TWO));

    assertThat(plan.lcores()).containsExactly(ONE);
  }

  @Test
  void transmitQueuesAreAsManyAsReceiveQueuesUnlessSaid() {
    options.rxQueues = 3;
    assertThat(ForwardPlan.txQueues(options)).isEqualTo(3);

    options.txQueues = 4;
    assertThat(ForwardPlan.txQueues(options)).isEqualTo(4);
  }

  @Test
  void aModeThatOnlySendsHasAWayForEachTransmitQueue() {
    options.mode = ForwardMode.TXONLY;
    options.txQueues = 2;

    assertThat(plan(List.of(0), ONE)).containsExactly("0>0#0@1", "0>0#1@1");
  }

  @Test
  void aModeThatOnlyReceivesNeedsNoTransmitQueues() {
    options.mode = ForwardMode.RXONLY;
    options.rxQueues = 4;
    options.txQueues = 1;

    assertThat(plan(List.of(0), ONE)).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource(names = {"IO", "MAC", "MACSWAP", "FLOWGEN"})
  void fewerTransmitThanReceiveQueuesAreRefused(ForwardMode mode) {
    options.mode = mode;
    options.rxQueues = 2;
    options.txQueues = 1;

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> plan(List.of(0), ONE))
        .withMessageContaining("--txq: 1 is less than --rxq 2");
  }

  @Test
  void noPortIsRefusedWithTheRemedy() {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> plan(List.of(), ONE))
        .withMessageContaining("there is no port")
        .withMessageContaining("--vdev");
  }

  @Test
  void noWorkerIsRefusedWithTheRemedy() {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> plan(List.of(0)))
        .withMessageContaining("no worker lcore")
        .withMessageContaining("-l 0-1");
  }
}
