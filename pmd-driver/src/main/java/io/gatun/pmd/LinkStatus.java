package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.RteEthdev;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * State of a link ({@code struct rte_eth_link}).
 *
 * @param up whether it carries packets
 * @param speedMbps in Mbit/s; 0 when down, -1 when the driver does not know
 * @param fullDuplex false for half duplex
 */
public record LinkStatus(boolean up, int speedMbps, boolean fullDuplex) {
  /** No link. */
  static final LinkStatus DOWN = new LinkStatus(false, 0, false);

  static LinkStatus of(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment link = arena.allocate(Abi.sizeof("rte_eth_link"), Long.BYTES);
      DpdkException.check(
          RteEthdev.rte_eth_link_get_nowait(port, link),
          "rte_eth_link_get_nowait(port %d)".formatted(port),
          "");
      long at = link.address();
      return new LinkStatus(
          Abi.bits("rte_eth_link.link_status").get(at) != 0,
          CStruct.intAt(link, "rte_eth_link.link_speed"),
          Abi.bits("rte_eth_link.link_duplex").get(at) != 0);
    }
  }
}
