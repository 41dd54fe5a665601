package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.RteEthdev;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Counters of a port since its start or the last reset ({@code struct rte_eth_stats}), as its
 * driver keeps them.
 *
 * @param rxPackets received
 * @param txPackets sent
 * @param rxBytes received, without CRC in most drivers
 * @param txBytes sent
 * @param rxMissed lost because the receive ring was full
 * @param rxErrors received and damaged
 * @param txErrors not sent
 * @param rxNoMbuf lost because the pool was empty
 */
public record PortStats(
    long rxPackets,
    long txPackets,
    long rxBytes,
    long txBytes,
    long rxMissed,
    long rxErrors,
    long txErrors,
    long rxNoMbuf) {
  static PortStats of(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stats = arena.allocate(Abi.sizeof("rte_eth_stats"), Long.BYTES);
      DpdkException.check(
          RteEthdev.rte_eth_stats_get(port, stats),
          "rte_eth_stats_get(port %d)".formatted(port),
          "");
      return new PortStats(
          CStruct.longAt(stats, "rte_eth_stats.ipackets"),
          CStruct.longAt(stats, "rte_eth_stats.opackets"),
          CStruct.longAt(stats, "rte_eth_stats.ibytes"),
          CStruct.longAt(stats, "rte_eth_stats.obytes"),
          CStruct.longAt(stats, "rte_eth_stats.imissed"),
          CStruct.longAt(stats, "rte_eth_stats.ierrors"),
          CStruct.longAt(stats, "rte_eth_stats.oerrors"),
          CStruct.longAt(stats, "rte_eth_stats.rx_nombuf"));
    }
  }
}
