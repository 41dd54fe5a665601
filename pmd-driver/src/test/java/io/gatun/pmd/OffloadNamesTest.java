package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.RteEthBits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** DPDK names the bits itself, so it must be loaded; EAL is not started. */
@Tag("dpdk")
class OffloadNamesTest {
  @BeforeAll
  static void loadDpdk() {
    InstalledDpdk.loadOrSkip();
  }

  @Test
  void dpdkNamesEveryBitAsItsHeadersDo() throws Exception {
    DpdkBits.startingWith("RTE_ETH_RX_OFFLOAD_")
        .forEach((name, bit) -> assertThat(all(OffloadNames.ofRx(bit))).containsExactly(name));
    DpdkBits.startingWith("RTE_ETH_TX_OFFLOAD_")
        .forEach((name, bit) -> assertThat(all(OffloadNames.ofTx(bit))).containsExactly(name));
  }

  private static List<String> all(OffloadNames names) {
    List<String> all = new ArrayList<>(names.inner());
    all.addAll(names.outer());
    all.addAll(names.other());
    return all;
  }

  @Test
  void namesStandInTheirColumnsByBit() {
    long offloads =
        RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS
            | RteEthBits.RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM
            | RteEthBits.RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO
            | RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
    assertThat(OffloadNames.ofTx(offloads))
        .isEqualTo(
            new OffloadNames(
                List.of("IPV4_CKSUM", "VXLAN_TNL_TSO"),
                List.of("OUTER_UDP_CKSUM"),
                List.of("MULTI_SEGS")));
  }

  @Test
  void aBitWithoutANameIsNotHidden() {
    Map<String, OffloadNames> unnamed =
        Map.of("rx", OffloadNames.ofRx(1L << 62), "tx", OffloadNames.ofTx(1L << 62));
    assertThat(unnamed.values())
        .containsOnly(new OffloadNames(List.of(), List.of(), List.of("BIT_62")));
  }
}
