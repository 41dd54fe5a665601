package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OffloadColumnsTest {
  private static final List<Long> RX_COLUMNS =
      List.of(OffloadColumns.RX_INNER, OffloadColumns.RX_OUTER, OffloadColumns.RX_OTHER);
  private static final List<Long> TX_COLUMNS =
      List.of(OffloadColumns.TX_INNER, OffloadColumns.TX_OUTER, OffloadColumns.TX_OTHER);

  @Test
  void everyReceiveOffloadThatTheHeadersDefineIsInOneColumn() throws Exception {
    Map<String, Long> defined = DpdkBits.startingWith("RTE_ETH_RX_OFFLOAD_");
    assertThat(defined).hasSize(18).containsKeys("IPV4_CKSUM", "OUTER_UDP_CKSUM", "BUFFER_SPLIT");
    assertThat(notInExactlyOne(defined, RX_COLUMNS)).isEmpty();
  }

  @Test
  void everyTransmitOffloadThatTheHeadersDefineIsInOneColumn() throws Exception {
    Map<String, Long> defined = DpdkBits.startingWith("RTE_ETH_TX_OFFLOAD_");
    assertThat(defined).hasSize(22).containsKeys("TCP_TSO", "OUTER_UDP_CKSUM", "MULTI_SEGS");
    assertThat(notInExactlyOne(defined, TX_COLUMNS)).isEmpty();
  }

  @Test
  void canaryABitInNoColumnOrInTwoIsFound() {
    Map<String, Long> defined = Map.of("IN_NONE", 1L << 40, "IN_TWO", 2L, "IN_ONE", 4L);
    assertThat(notInExactlyOne(defined, List.of(2L, 2L | 4L, 0L)))
        .containsExactlyInAnyOrder("IN_NONE", "IN_TWO");
  }

  private static List<String> notInExactlyOne(Map<String, Long> defined, List<Long> columns) {
    List<String> wrong = new ArrayList<>();
    defined.forEach(
        (name, bit) -> {
          if (columns.stream().filter(column -> (column & bit) != 0).count() != 1) {
            wrong.add(name);
          }
        });
    return wrong;
  }

  /** The columns hold single bits: a union with a bit of another column would be counted twice. */
  @Test
  void theColumnsHaveNoBitThatTheHeadersDoNotDefine() throws Exception {
    long rx = union(DpdkBits.startingWith("RTE_ETH_RX_OFFLOAD_"));
    long tx = union(DpdkBits.startingWith("RTE_ETH_TX_OFFLOAD_"));
    assertThat(RX_COLUMNS).allMatch(column -> (column & ~rx) == 0);
    assertThat(TX_COLUMNS).allMatch(column -> (column & ~tx) == 0);
  }

  private static long union(Map<String, Long> bits) {
    return bits.values().stream().reduce(0L, (a, b) -> a | b);
  }

  @Test
  void outerIsWhatTheNameSays() throws Exception {
    assertThat(OffloadColumns.RX_OUTER).isEqualTo(outerByName("RTE_ETH_RX_OFFLOAD_"));
    assertThat(OffloadColumns.TX_OUTER).isEqualTo(outerByName("RTE_ETH_TX_OFFLOAD_"));
  }

  private static long outerByName(String prefix) throws Exception {
    Map<String, Long> bits = DpdkBits.startingWith(prefix);
    bits.keySet().removeIf(name -> !name.startsWith("OUTER_"));
    return union(bits);
  }

  @Test
  void splitKeepsEveryBitAndPutsUnknownOnesIntoOther() {
    long unknown = 1L << 63 | 1L << 40;
    OffloadColumns rx = OffloadColumns.ofRx(-1L);
    OffloadColumns tx = OffloadColumns.ofTx(-1L);
    assertThat(rx.inner() ^ rx.outer() ^ rx.other()).isEqualTo(-1L);
    assertThat(tx.inner() ^ tx.outer() ^ tx.other()).isEqualTo(-1L);
    assertThat(OffloadColumns.ofRx(unknown)).isEqualTo(new OffloadColumns(0, 0, unknown));
    assertThat(OffloadColumns.ofTx(0)).isEqualTo(new OffloadColumns(0, 0, 0));
  }
}
