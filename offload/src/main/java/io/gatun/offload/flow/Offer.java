package io.gatun.offload.flow;

import java.util.List;

/** One way in which a NIC can be asked for what is wanted of it. */
public sealed interface Offer permits FlowRule, TunnelOffload, UdpTunnelPort {
  /** What it would do in the NIC, by the names that reports use. */
  List<String> functions();
}
