package io.gatun.nest.link;

import io.gatun.pmd.MacAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network interface of the kernel.
 *
 * @param name as in {@code enp1s0}
 * @param mac its address; null for one that is no Ethernet interface
 * @param mtu in bytes
 * @param minMtu the smallest that its driver takes; 0 where it does not say
 * @param maxMtu the greatest that its driver takes; 0 where it does not say
 * @param isUp whether somebody has switched it on
 * @param hasCarrier whether it has a link
 * @param master the bridge, bond, ... that it is a port of; null without one
 * @param virtualFunctions what its driver shows of its VFs
 */
public record LinkInfo(
    String name,
    @Nullable MacAddress mac,
    int mtu,
    int minMtu,
    int maxMtu,
    boolean isUp,
    boolean hasCarrier,
    @Nullable String master,
    List<VfLink> virtualFunctions) {
  /** The VF of that number; null where the driver shows none. */
  public @Nullable VfLink virtualFunction(int index) {
    return virtualFunctions.stream().filter(vf -> vf.index() == index).findFirst().orElse(null);
  }
}
