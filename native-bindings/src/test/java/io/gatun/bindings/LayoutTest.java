package io.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What Java believes about C's structs and constants, compared with what gcc says.
 *
 * <p>A probe in C is written from the generated classes (by reflection) and from the ABI table of
 * the installed DPDK, compiled against the installed headers, and run; each line that it prints
 * must be what Java has. So a stale table, a jextract that lost an attribute, and headers with
 * another build configuration are found before they corrupt memory.
 */
class LayoutTest {
  /** Structs that are not the same in every ABI: used through the {@link Abi} tables only. */
  private static final Set<String> PER_ABI =
      Set.of(
          "rte_eth_conf",
          "rte_eth_dev_info",
          "rte_eth_fp_ops",
          "rte_eth_rss_conf",
          "rte_eth_stats");

  @Test
  void everyStructOfTheBindingsIsLaidOutAsInC(@TempDir Path directory) {
    LayoutProbe.assumeBindingsRelease();
    List<LayoutFact> facts = LayoutFacts.structFacts();

    assertThat(facts).hasSizeGreaterThan(1000);
    assertThat(LayoutProbe.mismatches(facts, directory)).isEmpty();
  }

  @Test
  void everyConstantOfTheBindingsHasTheValueOfC(@TempDir Path directory) {
    LayoutProbe.assumeBindingsRelease();
    List<LayoutFact> facts = LayoutFacts.constantFacts();

    assertThat(facts).hasSizeGreaterThan(1000);
    assertThat(LayoutProbe.mismatches(facts, directory)).isEmpty();
  }

  @Test
  void theAbiTableOfTheInstalledReleaseIsWhatGccSays(@TempDir Path directory) {
    String installed = LayoutProbe.assumeInstalled();
    List<LayoutFact> facts = LayoutFacts.tableFacts(LayoutFacts.table(installed));

    assertThat(facts).hasSizeGreaterThan(500);
    assertThat(LayoutProbe.mismatches(facts, directory)).isEmpty();
  }

  /** One set of bindings serves every release: whatever else differs must be added to PER_ABI. */
  @ParameterizedTest
  @EnumSource(DpdkRelease.class)
  void structsOutsideTheTablesAreTheSameInEveryAbi(DpdkRelease release) {
    Map<String, String> bindings = new HashMap<>();
    for (LayoutFact fact : LayoutFacts.structFacts()) {
      bindings.put(fact.key(), fact.expected());
    }
    Map<String, String> table = LayoutFacts.table(release.version());
    List<String> compared = new ArrayList<>();
    List<String> different = new ArrayList<>();
    table.forEach(
        (key, value) -> {
          String java = bindings.get(key);
          if (java != null && !PER_ABI.contains(LayoutFacts.structOf(key))) {
            compared.add(key);
            if (!java.equals(value)) {
              different.add(key + ": bindings " + java + ", table " + value);
            }
          }
        });

    assertThat(table).containsEntry("abi", Integer.toString(release.abi()));
    assertThat(compared).hasSizeGreaterThan(400);
    assertThat(different).isEmpty();
  }

  /** The canary: if the probe or the comparison sleeps, these lies pass. */
  @Test
  void wrongOffsetsSizesAndConstantsAreFound(@TempDir Path directory) {
    LayoutProbe.assumeInstalled();
    List<LayoutFact> lies =
        List.of(
            LayoutFacts.offsetFact("struct rte_mbuf", "rte_mbuf", "pkt_len", 37),
            LayoutFacts.sizeFact("struct rte_mbuf", "rte_mbuf", 64),
            LayoutFacts.constantFact("RTE_ETHER_ADDR_LEN", 7),
            LayoutFacts.constantFact("RTE_MBUF_F_TX_TCP_SEG", 0x8000),
            LayoutFacts.bitFact("rte_eth_link", "link_status", 33),
            LayoutFacts.widthFact("rte_mbuf", "l2_len", 8));

    assertThat(LayoutProbe.mismatches(lies, directory))
        .containsExactly(
            "rte_mbuf.pkt_len: Java 37, C 36",
            "sizeof.rte_mbuf: Java 64, C 128",
            "const.RTE_ETHER_ADDR_LEN: Java 7, C 6",
            "const.RTE_MBUF_F_TX_TCP_SEG: Java 32768, C 1125899906842624",
            "rte_eth_link.link_status.bit: Java 33, C 34",
            "rte_mbuf.l2_len.width: Java 8, C 7");
  }
}
