package io.gatun.pmd;

import io.gatun.bindings.RteEthdev;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The offloads of a port by DPDK's names, in the columns of {@link OffloadColumns}, each column in
 * the order of the bits. Making one needs DPDK loaded, as its functions know the names.
 *
 * @param inner names of the inner pass, such as {@code TCP_CKSUM}
 * @param outer names of the outer pass, such as {@code OUTER_UDP_CKSUM}
 * @param other names of neither; {@code BIT_40} where the loaded DPDK has no name for a bit
 */
public record OffloadNames(List<String> inner, List<String> outer, List<String> other) {
  // What rte_eth_dev_rx_offload_name and its twin say of a bit that they do not know.
  private static final String UNKNOWN = "UNKNOWN";

  public OffloadNames {
    inner = List.copyOf(inner);
    outer = List.copyOf(outer);
    other = List.copyOf(other);
  }

  /** Names {@code RTE_ETH_RX_OFFLOAD_*} with {@code rte_eth_dev_rx_offload_name}. */
  public static OffloadNames ofRx(long offloads) {
    return of(OffloadColumns.ofRx(offloads), RteEthdev::rte_eth_dev_rx_offload_name);
  }

  /** Names {@code RTE_ETH_TX_OFFLOAD_*} with {@code rte_eth_dev_tx_offload_name}. */
  public static OffloadNames ofTx(long offloads) {
    return of(OffloadColumns.ofTx(offloads), RteEthdev::rte_eth_dev_tx_offload_name);
  }

  private static OffloadNames of(OffloadColumns columns, LongFunction<String> name) {
    return new OffloadNames(
        names(columns.inner(), name), names(columns.outer(), name), names(columns.other(), name));
  }

  private static List<String> names(long bits, LongFunction<String> name) {
    List<String> names = new ArrayList<>();
    for (long rest = bits; rest != 0; rest &= rest - 1) {
      long bit = Long.lowestOneBit(rest);
      String text = name.apply(bit);
      names.add(text.equals(UNKNOWN) ? "BIT_" + Long.numberOfTrailingZeros(bit) : text);
    }
    return names;
  }
}
