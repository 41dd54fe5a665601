package io.gatun.nest.vf;

import io.gatun.nest.link.LinkInfo;
import io.gatun.nest.sysfs.PciFunction;
import io.gatun.nest.sysfs.Sriov;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A physical function with SR-IOV at one moment.
 *
 * @param function what it is on the bus
 * @param sriov its limits
 * @param link its interface; null without one
 * @param linkProblem why {@code link} is null; empty where it is not
 * @param speedMbps of its link; 0 without one
 * @param virtualFunctions what it has, by index
 */
public record PhysicalFunction(
    PciFunction function,
    Sriov sriov,
    @Nullable LinkInfo link,
    String linkProblem,
    int speedMbps,
    List<VirtualFunction> virtualFunctions) {
  /** What users call it: its interface, else its address. */
  public String name() {
    return function.interfaces().isEmpty()
        ? function.address().toString()
        : function.interfaces().getFirst();
  }

  /**
   * Its interface.
   *
   * @throws IllegalStateException without one: nobody can set properties of its VFs then
   */
  public LinkInfo requireLink() {
    if (link == null) {
      throw new IllegalStateException(
          "%s: %s, so properties of its VFs cannot be set"
              .formatted(function.describe(), linkProblem));
    }
    return link;
  }
}
