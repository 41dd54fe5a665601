package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.RteEthBits;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RssTypeTest {
  @Test
  void hasEveryTypeThatTheHeadersDefineUnderItsName() throws Exception {
    Map<String, Long> defined = DpdkBits.startingWith("RTE_ETH_RSS_");
    defined.keySet().removeIf(name -> name.startsWith("LEVEL_")); // a number in two bits: a level
    Map<String, Long> ours =
        Arrays.stream(RssType.values()).collect(Collectors.toMap(RssType::name, RssType::bit));
    assertThat(ours).hasSizeGreaterThan(40).isEqualTo(defined);
  }

  @Test
  void namesEveryBitAlsoThoseItDoesNotKnow() {
    long types = RteEthBits.RTE_ETH_RSS_NVGRE | RteEthBits.RTE_ETH_RSS_L3_SRC_ONLY | 1L << 40;
    assertThat(RssType.names(types)).containsExactly("NVGRE", "L3_SRC_ONLY", "BIT_40");
    assertThat(RssType.names(0)).isEmpty();
  }
}
