package io.gatun.offload.flow;

import java.util.List;

/** What a rule does with a packet ({@code enum rte_flow_action_type}, rte_flow.h). */
public sealed interface FlowAction {
  /** What testpmd's {@code flow create} and Gatun's reports call it. */
  String label();

  /** To one receive queue. */
  record Queue(int index) implements FlowAction {
    public Queue {
      range("queue", index, 0xffff);
    }

    @Override
    public String label() {
      return "queue";
    }
  }

  /**
   * Spread over receive queues.
   *
   * @param types {@code RTE_ETH_RSS_*}
   * @param level which headers are hashed: 0 the driver's choice, 1 the outermost, 2 the first
   *     inner
   * @param queues by number, at least one
   */
  record Rss(long types, int level, List<Integer> queues) implements FlowAction {
    public Rss {
      queues = List.copyOf(queues);
      range("RSS level", level, 255);
      queues.forEach(queue -> range("queue", queue, 0xffff));
      if (queues.isEmpty()) {
        throw new IllegalArgumentException("RSS: no queue is named");
      }
    }

    @Override
    public String label() {
      return level > 1 ? "inner rss" : "rss";
    }
  }

  /** A number that the packet carries to software: {@link io.gatun.pmd.Mbuf#mark}. */
  record Mark(int id) implements FlowAction {
    @Override
    public String label() {
      return "mark";
    }
  }

  /** These headers before the packet: Ethernet, perhaps VLAN, IP, UDP, VXLAN. */
  record VxlanEncap(List<FlowItem> headers) implements FlowAction {
    public VxlanEncap {
      headers = List.copyOf(headers);
    }

    @Override
    public String label() {
      return "vxlan_encap";
    }
  }

  /** The outer headers away, up to and with VXLAN's. */
  record VxlanDecap() implements FlowAction {
    @Override
    public String label() {
      return "vxlan_decap";
    }
  }

  /** These headers before the packet: Ethernet, perhaps VLAN, IP, NVGRE. */
  record NvgreEncap(List<FlowItem> headers) implements FlowAction {
    public NvgreEncap {
      headers = List.copyOf(headers);
    }

    @Override
    public String label() {
      return "nvgre_encap";
    }
  }

  /** The outer headers away, up to and with NVGRE's. */
  record NvgreDecap() implements FlowAction {
    @Override
    public String label() {
      return "nvgre_decap";
    }
  }

  /** These bytes before the packet; the NIC fills lengths and IPv4's checksum in. */
  record RawEncap(Octets header) implements FlowAction {
    @Override
    public String label() {
      return "raw_encap";
    }
  }

  /**
   * As many bytes away as this template of a header has. The rule must match nothing but packets
   * with such a header: what happens to others is undefined (rte_flow.h).
   */
  record RawDecap(Octets header) implements FlowAction {
    @Override
    public String label() {
      return "raw_decap";
    }
  }

  /** Counted: {@link FlowRules#count}. */
  record Count(int id) implements FlowAction {
    @Override
    public String label() {
      return "count";
    }
  }

  /** Dropped. */
  record Drop() implements FlowAction {
    @Override
    public String label() {
      return "drop";
    }
  }

  /** On to the rules of another group. */
  record Jump(int group) implements FlowAction {
    @Override
    public String label() {
      return "jump";
    }
  }

  private static void range(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException("%s: %d is not in [0, %d]".formatted(name, value, most));
    }
  }
}
