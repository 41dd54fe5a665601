package io.gatun.offload.plan;

import io.gatun.pmd.Port;
import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code gatun ports --offload} learns which rte_flow rules a port takes; found with
 * ServiceLoader.
 */
public interface RuleSource {
  /**
   * A rule, or one function of it.
   *
   * @param name such as {@code vxlan: decapsulate}
   * @param placement HARDWARE when the port validates it
   * @param reason in words
   */
  record Rule(String name, Placement placement, String reason) {}

  /**
   * The rules that tunnels would use on a port, validated and not created.
   *
   * @param only the only tunnel that is asked about; null for all
   */
  List<Rule> rules(Port port, @Nullable TunnelType only);
}
