package io.gatun.offload.plan;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Who does what to the packets of one {@link OffloadRequest} on one port, and why. Immutable; made
 * once, read by the data path when it chooses its stages.
 *
 * <p>The booleans say what the NIC does; what it does not do, and is not {@link Placement#NONE},
 * software does before the packet is handed over.
 */
public final class OffloadPlan {
  /** The largest {@code l2_len} and {@code outer_l2_len} of an mbuf, which have 7 bits. */
  public static final int MAX_L2_BYTES = 127;

  private final OffloadRequest request;
  private final PortCapabilities port;
  private final Shape shape;
  private final PerPass<Map<Operation, Decision>> transmit;
  private final PerPass<Map<Operation, Decision>> receive;
  private final PerPass<Map<Operation, RxVerdictSource>> verdicts;
  private final long txOffloads;
  private final long rxOffloads;
  private final long tunnelFlag;

  OffloadPlan(
      OffloadRequest request,
      PortCapabilities port,
      TransmitPlanner transmitPlan,
      ReceivePlanner receivePlan) {
    this.request = request;
    this.port = port;
    this.shape = transmitPlan.shape();
    this.transmit = transmitPlan.decisions();
    this.receive = receivePlan.decisions();
    this.verdicts = receivePlan.verdicts();
    this.txOffloads = transmitPlan.offloads();
    this.rxOffloads = receivePlan.offloads();
    this.tunnelFlag = transmitPlan.tunnelFlag();
  }

  /**
   * Plans.
   *
   * @param request what the packets need
   * @param port what the port says
   * @param quirks what is known against it
   * @param tests what trying it has shown
   * @throws IllegalArgumentException for {@code hw} where the port lacks a capability, naming the
   *     operation, the port and the remedy
   */
  public static OffloadPlan of(
      OffloadRequest request, PortCapabilities port, Quirks quirks, SelfTestResults tests) {
    Evidence evidence = new Evidence(port, quirks, tests);
    return new OffloadPlan(
        request,
        port,
        new TransmitPlanner(request, evidence).plan(),
        new ReceivePlanner(request, evidence).plan());
  }

  public OffloadRequest request() {
    return request;
  }

  public PortCapabilities port() {
    return port;
  }

  /** How the mbufs describe packets that the NIC works on. */
  public Shape shape() {
    return shape;
  }

  /**
   * Who carries {@code operation} out on the header of {@code pass}.
   *
   * @throws IllegalArgumentException when the pass has no such operation
   */
  public Decision decision(Pass pass, Operation operation) {
    Decision decision = transmit.of(pass).get(operation);
    if (decision == null) {
      decision = receive.of(pass).get(operation);
    }
    if (decision == null) {
      throw new IllegalArgumentException(pass + " has no operation " + operation);
    }
    return decision;
  }

  /** The decisions of a pass in the order of {@link Operation#of}; unmodifiable. */
  public Map<Operation, Decision> decisions(Pass pass, Direction direction) {
    return direction == Direction.TRANSMIT ? transmit.of(pass) : receive.of(pass);
  }

  /** Whether the NIC completes the inner IPv4 header checksum ({@code TX_IP_CKSUM}). */
  public boolean innerIpv4Checksum() {
    return nic(Pass.INNER, Operation.IPV4_CHECKSUM);
  }

  /**
   * Whether the NIC completes the inner TCP and UDP checksum ({@code TX_TCP_CKSUM}, {@code
   * TX_UDP_CKSUM}). Its field must hold the sum of the pseudo-header then; {@code
   * rte_eth_tx_prepare} writes that where a driver wants it otherwise.
   */
  public boolean innerL4Checksum() {
    return nic(Pass.INNER, Operation.L4_CHECKSUM);
  }

  /**
   * Whether the NIC cuts TCP packets ({@code TX_TCP_SEG}). With {@link Shape#INNER_IN_NIC_LONG_L2}
   * in a tunnel the outer header is repeated as it is: its lengths are those of one segment, the
   * payload handed over is a multiple of {@code tso_segsz}, and the remainder is a packet of its
   * own.
   */
  public boolean tcpSegmentation() {
    return nic(Pass.INNER, Operation.TCP_SEGMENTATION);
  }

  /** Whether the NIC cuts UDP datagrams. */
  public boolean udpSegmentation() {
    return nic(Pass.INNER, Operation.UDP_SEGMENTATION);
  }

  /** Whether the NIC inserts the tag of a packet without a tunnel ({@code TX_VLAN}). */
  public boolean innerVlanInsert() {
    return nic(Pass.INNER, Operation.VLAN_INSERT);
  }

  /** Whether the NIC completes the outer IPv4 header checksum ({@code TX_OUTER_IP_CKSUM}). */
  public boolean outerIpv4Checksum() {
    return nic(Pass.OUTER, Operation.IPV4_CHECKSUM);
  }

  /** Whether the NIC completes the outer UDP checksum ({@code TX_OUTER_UDP_CKSUM}). */
  public boolean outerUdpChecksum() {
    return nic(Pass.OUTER, Operation.UDP_CHECKSUM);
  }

  /** Whether the NIC inserts the outer tag ({@code TX_VLAN}), which is not in the bytes then. */
  public boolean outerVlanInsert() {
    return nic(Pass.OUTER, Operation.VLAN_INSERT);
  }

  /** Whether the NIC removes the outer tag of received packets. */
  public boolean outerVlanStrip() {
    return decision(Pass.OUTER, Operation.VLAN_STRIP).isHardware();
  }

  /**
   * Whether software computes an outer checksum (UDP or GRE) over a TCP or UDP packet whose own
   * checksum the NIC will complete: it must come from the inner pseudo-header, because the bytes
   * are not finished (local checksum offload, Linux: Documentation/networking/checksum-offloads).
   */
  public boolean localChecksumOffload() {
    boolean udp =
        request.outerUdpChecksum()
            && decision(Pass.OUTER, Operation.UDP_CHECKSUM).placement() == Placement.SOFTWARE;
    return innerL4Checksum() && (udp || request.greChecksum());
  }

  /** {@code RTE_MBUF_F_TX_TUNNEL_*} for {@link Shape#BOTH_IN_NIC}; 0 for the others. */
  public long tunnelFlag() {
    return tunnelFlag;
  }

  /**
   * {@code RTE_ETH_TX_OFFLOAD_*} to enable: what the plan uses, and {@code MULTI_SEGS} where the
   * port has it. Never {@code MBUF_FAST_FREE}.
   */
  public long txOffloads() {
    return txOffloads;
  }

  /** {@code RTE_ETH_RX_OFFLOAD_*} to enable: what the plan uses. */
  public long rxOffloads() {
    return rxOffloads;
  }

  /** The largest inner IP packet that may leave, in bytes: what is larger is cut or refused. */
  public int maxSegmentBytes() {
    return request.maxInnerPacketBytes();
  }

  /**
   * Who judges the IPv4 header checksum ({@link Operation#IP_VERDICT}) or the TCP or UDP checksum
   * ({@link Operation#L4_VERDICT}) of a received header.
   *
   * <p>With {@link RxVerdictSource#NIC} the flags are: of the outer header {@code
   * RX_OUTER_IP_CKSUM_*} and {@code RX_OUTER_L4_CKSUM_*}, of the inner one {@code RX_IP_CKSUM_*}
   * and {@code RX_L4_CKSUM_*}, when {@link #nicParsesTunnels}; else the latter are about the outer
   * header. An UNKNOWN of the NIC is UNKNOWN only until software looks.
   */
  public RxVerdictSource verdictSource(Pass pass, Operation operation) {
    RxVerdictSource source = verdicts.of(pass).get(operation);
    if (source == null) {
      throw new IllegalArgumentException(operation + " is not IP_VERDICT or L4_VERDICT");
    }
    return source;
  }

  /**
   * Whether the port says that its receive verdicts tell the headers of a tunnelled packet apart.
   */
  public boolean nicParsesTunnels() {
    return port.separatesVerdicts();
  }

  /** What {@code gatun ports --offload --json} prints of a plan. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("shape", shape.name());
    json.put("inner", json(transmit, Pass.INNER));
    json.put("outer", json(transmit, Pass.OUTER));
    Map<String, Object> received = new LinkedHashMap<>();
    received.put("inner", json(receive, Pass.INNER));
    received.put("outer", json(receive, Pass.OUTER));
    for (Pass pass : Pass.values()) {
      verdicts
          .of(pass)
          .forEach(
              (operation, source) ->
                  received.put(
                      pass.name().toLowerCase(Locale.ROOT) + "_" + operation.label() + "_source",
                      source.name()));
    }
    json.put("receive", received);
    json.put("max_segment_bytes", maxSegmentBytes());
    return json;
  }

  private static Map<String, Object> json(PerPass<Map<Operation, Decision>> all, Pass pass) {
    Map<String, Object> json = new LinkedHashMap<>();
    all.of(pass)
        .forEach(
            (operation, decision) -> {
              Map<String, Object> value = new LinkedHashMap<>();
              value.put("placement", decision.placement().name());
              value.put("reason", decision.reason());
              json.put(operation.label(), value);
            });
    return json;
  }

  private boolean nic(Pass pass, Operation operation) {
    return decision(pass, operation).isHardware();
  }

  /** Freezes what a planner has collected, in the order in which operations are shown. */
  static <V> Map<Operation, V> frozen(Map<Operation, V> map) {
    return Collections.unmodifiableMap(new EnumMap<>(map));
  }
}
