package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/**
 * {@code rte_flow.h}: C names, C results (0 or a negative errno unless said).
 *
 * <p>Structs are memory of {@code Abi.sizeof("struct")} bytes, written and read through {@link
 * Abi}. What jextract cannot see is found like this:
 *
 * <ul>
 *   <li>bit-fields ({@code rte_flow_attr.ingress}, {@code rte_flow_query_count.hits_set}): {@link
 *       Abi#bits};
 *   <li>protocol items: the first bytes of {@code rte_flow_item_eth}, {@code _vlan}, {@code _ipv4},
 *       {@code _ipv6}, {@code _udp}, {@code _vxlan}, {@code _vxlan_gpe}, {@code _geneve}, {@code
 *       _nvgre} and {@code _gre} are the protocol's header as it is on the wire, in every release
 *       (newer ones give the same bytes other names), and a GRE key is a 32-bit number in network
 *       byte order. What follows in the struct (whether a further VLAN tag or extension header
 *       comes) are bit-fields.
 * </ul>
 *
 * <p>One control thread per port, unless the driver says otherwise. Each function that can fail
 * takes a {@code struct rte_flow_error}, which the driver may leave as it was: zero it before.
 */
public final class RteFlow {
  public static final int RTE_FLOW_ITEM_TYPE_END = Dpdk.RTE_FLOW_ITEM_TYPE_END();
  public static final int RTE_FLOW_ITEM_TYPE_ETH = Dpdk.RTE_FLOW_ITEM_TYPE_ETH();
  public static final int RTE_FLOW_ITEM_TYPE_VLAN = Dpdk.RTE_FLOW_ITEM_TYPE_VLAN();
  public static final int RTE_FLOW_ITEM_TYPE_IPV4 = Dpdk.RTE_FLOW_ITEM_TYPE_IPV4();
  public static final int RTE_FLOW_ITEM_TYPE_IPV6 = Dpdk.RTE_FLOW_ITEM_TYPE_IPV6();
  public static final int RTE_FLOW_ITEM_TYPE_UDP = Dpdk.RTE_FLOW_ITEM_TYPE_UDP();
  public static final int RTE_FLOW_ITEM_TYPE_VXLAN = Dpdk.RTE_FLOW_ITEM_TYPE_VXLAN();
  public static final int RTE_FLOW_ITEM_TYPE_VXLAN_GPE = Dpdk.RTE_FLOW_ITEM_TYPE_VXLAN_GPE();
  public static final int RTE_FLOW_ITEM_TYPE_GENEVE = Dpdk.RTE_FLOW_ITEM_TYPE_GENEVE();
  public static final int RTE_FLOW_ITEM_TYPE_NVGRE = Dpdk.RTE_FLOW_ITEM_TYPE_NVGRE();
  public static final int RTE_FLOW_ITEM_TYPE_GRE = Dpdk.RTE_FLOW_ITEM_TYPE_GRE();
  public static final int RTE_FLOW_ITEM_TYPE_GRE_KEY = Dpdk.RTE_FLOW_ITEM_TYPE_GRE_KEY();

  public static final int RTE_FLOW_ACTION_TYPE_END = Dpdk.RTE_FLOW_ACTION_TYPE_END();
  public static final int RTE_FLOW_ACTION_TYPE_JUMP = Dpdk.RTE_FLOW_ACTION_TYPE_JUMP();
  public static final int RTE_FLOW_ACTION_TYPE_MARK = Dpdk.RTE_FLOW_ACTION_TYPE_MARK();
  public static final int RTE_FLOW_ACTION_TYPE_QUEUE = Dpdk.RTE_FLOW_ACTION_TYPE_QUEUE();
  public static final int RTE_FLOW_ACTION_TYPE_DROP = Dpdk.RTE_FLOW_ACTION_TYPE_DROP();
  public static final int RTE_FLOW_ACTION_TYPE_COUNT = Dpdk.RTE_FLOW_ACTION_TYPE_COUNT();
  public static final int RTE_FLOW_ACTION_TYPE_RSS = Dpdk.RTE_FLOW_ACTION_TYPE_RSS();
  public static final int RTE_FLOW_ACTION_TYPE_VXLAN_ENCAP =
      Dpdk.RTE_FLOW_ACTION_TYPE_VXLAN_ENCAP();
  public static final int RTE_FLOW_ACTION_TYPE_VXLAN_DECAP =
      Dpdk.RTE_FLOW_ACTION_TYPE_VXLAN_DECAP();
  public static final int RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP =
      Dpdk.RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP();
  public static final int RTE_FLOW_ACTION_TYPE_NVGRE_DECAP =
      Dpdk.RTE_FLOW_ACTION_TYPE_NVGRE_DECAP();
  public static final int RTE_FLOW_ACTION_TYPE_RAW_ENCAP = Dpdk.RTE_FLOW_ACTION_TYPE_RAW_ENCAP();
  public static final int RTE_FLOW_ACTION_TYPE_RAW_DECAP = Dpdk.RTE_FLOW_ACTION_TYPE_RAW_DECAP();

  public static final int RTE_FLOW_ERROR_TYPE_NONE = Dpdk.RTE_FLOW_ERROR_TYPE_NONE();
  public static final int RTE_FLOW_ERROR_TYPE_UNSPECIFIED = Dpdk.RTE_FLOW_ERROR_TYPE_UNSPECIFIED();
  public static final int RTE_FLOW_ERROR_TYPE_HANDLE = Dpdk.RTE_FLOW_ERROR_TYPE_HANDLE();
  public static final int RTE_FLOW_ERROR_TYPE_ATTR_GROUP = Dpdk.RTE_FLOW_ERROR_TYPE_ATTR_GROUP();
  public static final int RTE_FLOW_ERROR_TYPE_ATTR_PRIORITY =
      Dpdk.RTE_FLOW_ERROR_TYPE_ATTR_PRIORITY();
  public static final int RTE_FLOW_ERROR_TYPE_ATTR_INGRESS =
      Dpdk.RTE_FLOW_ERROR_TYPE_ATTR_INGRESS();
  public static final int RTE_FLOW_ERROR_TYPE_ATTR_EGRESS = Dpdk.RTE_FLOW_ERROR_TYPE_ATTR_EGRESS();
  public static final int RTE_FLOW_ERROR_TYPE_ATTR_TRANSFER =
      Dpdk.RTE_FLOW_ERROR_TYPE_ATTR_TRANSFER();
  public static final int RTE_FLOW_ERROR_TYPE_ATTR = Dpdk.RTE_FLOW_ERROR_TYPE_ATTR();
  public static final int RTE_FLOW_ERROR_TYPE_ITEM_NUM = Dpdk.RTE_FLOW_ERROR_TYPE_ITEM_NUM();
  public static final int RTE_FLOW_ERROR_TYPE_ITEM_SPEC = Dpdk.RTE_FLOW_ERROR_TYPE_ITEM_SPEC();
  public static final int RTE_FLOW_ERROR_TYPE_ITEM_LAST = Dpdk.RTE_FLOW_ERROR_TYPE_ITEM_LAST();
  public static final int RTE_FLOW_ERROR_TYPE_ITEM_MASK = Dpdk.RTE_FLOW_ERROR_TYPE_ITEM_MASK();
  public static final int RTE_FLOW_ERROR_TYPE_ITEM = Dpdk.RTE_FLOW_ERROR_TYPE_ITEM();
  public static final int RTE_FLOW_ERROR_TYPE_ACTION_NUM = Dpdk.RTE_FLOW_ERROR_TYPE_ACTION_NUM();
  public static final int RTE_FLOW_ERROR_TYPE_ACTION_CONF = Dpdk.RTE_FLOW_ERROR_TYPE_ACTION_CONF();
  public static final int RTE_FLOW_ERROR_TYPE_ACTION = Dpdk.RTE_FLOW_ERROR_TYPE_ACTION();
  public static final int RTE_FLOW_ERROR_TYPE_STATE = Dpdk.RTE_FLOW_ERROR_TYPE_STATE();

  public static final int RTE_ETH_HASH_FUNCTION_DEFAULT = Dpdk.RTE_ETH_HASH_FUNCTION_DEFAULT();

  /** {@code rte_flow_restore_info.flags}: the tunnel is filled in. */
  public static final long RTE_FLOW_RESTORE_INFO_TUNNEL = Dpdk.RTE_FLOW_RESTORE_INFO_TUNNEL();

  /** {@code rte_flow_restore_info.flags}: the packet still has its outer headers. */
  public static final long RTE_FLOW_RESTORE_INFO_ENCAPSULATED =
      Dpdk.RTE_FLOW_RESTORE_INFO_ENCAPSULATED();

  /** {@code rte_flow_restore_info.flags}: the group where it missed is filled in. */
  public static final long RTE_FLOW_RESTORE_INFO_GROUP_ID = Dpdk.RTE_FLOW_RESTORE_INFO_GROUP_ID();

  // Bytes that hold struct rte_flow_port_info and rte_flow_queue_info of any release (the largest
  // have 28 and 4); nothing is read from them.
  private static final long INFO_BYTES = 1024;

  private RteFlow() {}

  // ---- rules ------------------------------------------------------------------------------------

  /** Whether the port would take a rule now; changes nothing. */
  public static int rte_flow_validate(
      int port,
      MemorySegment attr,
      MemorySegment pattern,
      MemorySegment actions,
      MemorySegment error) {
    return Dpdk.rte_flow_validate((short) port, attr, pattern, actions, error);
  }

  /** The rule's handle, or 0 with {@code rte_errno}. */
  public static long rte_flow_create(
      int port,
      MemorySegment attr,
      MemorySegment pattern,
      MemorySegment actions,
      MemorySegment error) {
    return Dpdk.rte_flow_create((short) port, attr, pattern, actions, error).address();
  }

  public static int rte_flow_destroy(int port, long flow, MemorySegment error) {
    return Dpdk.rte_flow_destroy((short) port, MemorySegment.ofAddress(flow), error);
  }

  /** Destroys every rule of a port, whoever made it. */
  public static int rte_flow_flush(int port, MemorySegment error) {
    return Dpdk.rte_flow_flush((short) port, error);
  }

  /**
   * Asks a rule's {@code action}; for {@code COUNT}, {@code data} is a {@code struct
   * rte_flow_query_count}.
   */
  public static int rte_flow_query(
      int port, long flow, MemorySegment action, MemorySegment data, MemorySegment error) {
    return Dpdk.rte_flow_query((short) port, MemorySegment.ofAddress(flow), action, data, error);
  }

  /** With {@code set} 1, the port receives only what rules ask for. */
  public static int rte_flow_isolate(int port, int set, MemorySegment error) {
    return Dpdk.rte_flow_isolate((short) port, set, error);
  }

  /**
   * {@code rte_flow_info_get} for its result alone: {@code -ENOSYS} when the driver has no rte_flow
   * at all, also on a port that is not configured, where ethdev answers {@code -EINVAL} without
   * asking the driver otherwise. Experimental in DPDK; {@code -ENOTSUP} where this build lacks it.
   *
   * @param scratch 2048 bytes at least
   */
  public static int rte_flow_info_get(int port, MemorySegment scratch, MemorySegment error) {
    var function = NativeSymbols.find("rte_flow_info_get");
    if (function.isEmpty()) {
      return -Errno.ENOTSUP;
    }
    try {
      return (int)
          NativeSymbols.functions(
                  FunctionDescriptor.of(JAVA_INT, JAVA_SHORT, ADDRESS, ADDRESS, ADDRESS))
              .invokeExact(
                  function.get(),
                  (short) port,
                  scratch.asSlice(0, INFO_BYTES),
                  scratch.asSlice(INFO_BYTES, INFO_BYTES),
                  error);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  // ---- tunnel offload (experimental in DPDK) ----------------------------------------------------

  /**
   * Asks for the driver's own actions that take a tunnel off.
   *
   * @param tunnel {@code struct rte_flow_tunnel}, which must live until they are released
   * @param actions a pointer, which becomes the address of the array
   * @param count 32 bits, which become its length
   */
  public static int rte_flow_tunnel_decap_set(
      int port,
      MemorySegment tunnel,
      MemorySegment actions,
      MemorySegment count,
      MemorySegment error) {
    return Dpdk.rte_flow_tunnel_decap_set((short) port, tunnel, actions, count, error);
  }

  /** Asks for the driver's own items that match a tunnel: parameters as above. */
  public static int rte_flow_tunnel_match(
      int port,
      MemorySegment tunnel,
      MemorySegment items,
      MemorySegment count,
      MemorySegment error) {
    return Dpdk.rte_flow_tunnel_match((short) port, tunnel, items, count, error);
  }

  /** Gives the array of {@link #rte_flow_tunnel_decap_set} back. */
  public static int rte_flow_tunnel_action_decap_release(
      int port, long actions, int count, MemorySegment error) {
    return Dpdk.rte_flow_tunnel_action_decap_release(
        (short) port, MemorySegment.ofAddress(actions), count, error);
  }

  /** Gives the array of {@link #rte_flow_tunnel_match} back. */
  public static int rte_flow_tunnel_item_release(
      int port, long items, int count, MemorySegment error) {
    return Dpdk.rte_flow_tunnel_item_release(
        (short) port, MemorySegment.ofAddress(items), count, error);
  }

  /**
   * Fills a {@code struct rte_flow_restore_info}: what the NIC did to a packet before it missed.
   */
  public static int rte_flow_get_restore_info(
      int port, long mbuf, MemorySegment info, MemorySegment error) {
    return Dpdk.rte_flow_get_restore_info((short) port, MemorySegment.ofAddress(mbuf), info, error);
  }
}
