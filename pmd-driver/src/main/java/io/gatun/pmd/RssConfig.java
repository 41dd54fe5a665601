package io.gatun.pmd;

import io.gatun.bindings.RteEthdev;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Receive-side scaling ({@code struct rte_eth_rss_conf}).
 *
 * @param types {@code RTE_ETH_RSS_*} bits: which headers are hashed; bits that the port does not
 *     have are an error, never dropped in silence
 * @param level which header of a tunnelled packet
 * @param key hash key of the port's length; empty for the driver's own
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString are by content below
public record RssConfig(long types, Level level, byte[] key) {
  /** {@code RTE_ETH_RSS_LEVEL_*} (rte_ethdev.h). */
  public enum Level {
    /** What the driver does by itself. */
    DEFAULT(RteEthdev.RTE_ETH_RSS_LEVEL_PMD_DEFAULT),
    OUTERMOST(RteEthdev.RTE_ETH_RSS_LEVEL_OUTERMOST),
    INNERMOST(RteEthdev.RTE_ETH_RSS_LEVEL_INNERMOST);

    private final long bits;

    Level(long bits) {
      this.bits = bits;
    }

    long bits() {
      return bits;
    }
  }

  public RssConfig {
    key = key.clone();
  }

  @Override
  public byte[] key() {
    return key.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RssConfig that
        && types == that.types
        && level == that.level
        && Arrays.equals(key, that.key);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(types) * 31 * 31 + level.hashCode() * 31 + Arrays.hashCode(key);
  }

  @Override
  public String toString() {
    return "RssConfig[types=0x%x, level=%s, key=%s]"
        .formatted(types, level, HexFormat.of().formatHex(key));
  }
}
