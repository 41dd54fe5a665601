package io.gatun.pmd;

import io.gatun.bindings.Abi;
import io.gatun.bindings.Memory;
import io.gatun.bindings.RteEthdev;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a port is and can do, as its driver says ({@code struct rte_eth_dev_info}).
 *
 * @param name EAL's name of the device: the PCI address or the vdev's name
 * @param driver name of the poll-mode driver
 * @param mac its address now
 * @param socket NUMA node; -1 where there is none
 * @param kernelInterface index of the kernel's interface behind it; 0 where there is none
 * @param maxRxQueues receive queues at most
 * @param maxTxQueues transmit queues at most
 * @param rxDescriptors allowed numbers of receive descriptors
 * @param txDescriptors allowed numbers of transmit descriptors
 * @param minMtu smallest MTU in bytes
 * @param maxMtu largest MTU in bytes
 * @param rxOffloads {@code RTE_ETH_RX_OFFLOAD_*} of the port
 * @param txOffloads {@code RTE_ETH_TX_OFFLOAD_*} of the port
 * @param rssTypes {@code RTE_ETH_RSS_*} that it can hash
 * @param rssKeyLength bytes; 0 where the driver takes none
 * @param rssTableSize entries of the redirection table; 0 where there is none
 * @param linkInterrupt whether link changes are reported by interrupt
 * @param removalInterrupt whether removal is reported by interrupt
 */
public record PortInfo(
    String name,
    String driver,
    MacAddress mac,
    int socket,
    int kernelInterface,
    int maxRxQueues,
    int maxTxQueues,
    Descriptors rxDescriptors,
    Descriptors txDescriptors,
    int minMtu,
    int maxMtu,
    long rxOffloads,
    long txOffloads,
    long rssTypes,
    int rssKeyLength,
    int rssTableSize,
    boolean linkInterrupt,
    boolean removalInterrupt) {
  // RTE_ETH_DEV_INTR_LSC and RTE_ETH_DEV_INTR_RMV of dev_flags (rte_ethdev.h).
  private static final int DEV_INTR_LSC = RteEthdev.RTE_ETH_DEV_INTR_LSC;
  private static final int DEV_INTR_RMV = RteEthdev.RTE_ETH_DEV_INTR_RMV;

  /**
   * Limits of a ring ({@code struct rte_eth_desc_lim}).
   *
   * @param min fewest descriptors
   * @param max most descriptors
   * @param align the number must be a multiple of it
   */
  public record Descriptors(int min, int max, int align) {
    int check(String name, int value, String port) {
      int multiple = Math.max(align, 1);
      if (value < min || value > max || value % multiple != 0) {
        throw new IllegalArgumentException(
            "%s: %d is not in [%d, %d]%s (%s)"
                .formatted(
                    name,
                    value,
                    min,
                    max,
                    multiple > 1 ? " or not a multiple of " + multiple : "",
                    port));
      }
      return value;
    }
  }

  static PortInfo of(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = query(port, arena);
      int flags = Memory.getInt(CStruct.longAt(info, "rte_eth_dev_info.dev_flags"));
      MemorySegment mac = arena.allocate(Long.BYTES, Long.BYTES);
      DpdkException.check(
          RteEthdev.rte_eth_macaddr_get(port, mac), "rte_eth_macaddr_get(port " + port + ")", "");
      return new PortInfo(
          RteEthdev.rte_dev_name(CStruct.longAt(info, "rte_eth_dev_info.device")),
          Memory.string(CStruct.longAt(info, "rte_eth_dev_info.driver_name"), 64),
          MacAddress.ofLittleEndian(Memory.getLong(mac.address())),
          RteEthdev.rte_eth_dev_socket_id(port),
          CStruct.intAt(info, "rte_eth_dev_info.if_index"),
          CStruct.unsignedShortAt(info, "rte_eth_dev_info.max_rx_queues"),
          CStruct.unsignedShortAt(info, "rte_eth_dev_info.max_tx_queues"),
          descriptors(info, "rx"),
          descriptors(info, "tx"),
          CStruct.unsignedShortAt(info, "rte_eth_dev_info.min_mtu"),
          CStruct.unsignedShortAt(info, "rte_eth_dev_info.max_mtu"),
          CStruct.longAt(info, "rte_eth_dev_info.rx_offload_capa"),
          CStruct.longAt(info, "rte_eth_dev_info.tx_offload_capa"),
          CStruct.longAt(info, "rte_eth_dev_info.flow_type_rss_offloads"),
          Byte.toUnsignedInt(
              Memory.getByte(info.address() + Abi.offset("rte_eth_dev_info.hash_key_size"))),
          CStruct.unsignedShortAt(info, "rte_eth_dev_info.reta_size"),
          (flags & DEV_INTR_LSC) != 0,
          (flags & DEV_INTR_RMV) != 0);
    }
  }

  /** Address of the port's {@code struct rte_device}, which may have other ports too. */
  static long device(int port) {
    try (Arena arena = Arena.ofConfined()) {
      return CStruct.longAt(query(port, arena), "rte_eth_dev_info.device");
    }
  }

  /** Fills a {@code struct rte_eth_dev_info}. */
  static MemorySegment query(int port, Arena arena) {
    MemorySegment info = arena.allocate(Abi.sizeof("rte_eth_dev_info"), 64);
    DpdkException.check(
        RteEthdev.rte_eth_dev_info_get(port, info), "rte_eth_dev_info_get(port " + port + ")", "");
    return info;
  }

  private static Descriptors descriptors(MemorySegment info, String direction) {
    String limits = "rte_eth_dev_info." + direction + "_desc_lim.";
    return new Descriptors(
        CStruct.unsignedShortAt(info, limits + "nb_min"),
        CStruct.unsignedShortAt(info, limits + "nb_max"),
        CStruct.unsignedShortAt(info, limits + "nb_align"));
  }
}
