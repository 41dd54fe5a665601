package io.gatun.nest.vf;

import io.gatun.nest.sysfs.OpenDevices;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who uses a function.
 *
 * @param uses every use that was seen
 * @param isKnown false where a process may use it that could not be looked at
 */
public record Usage(List<Use> uses, boolean isKnown) {
  /** What uses a function. */
  public enum Kind {
    /** A process has it open through vfio or uio; a guest's QEMU is one. */
    PROCESS,
    /** The kernel's interface on it has addresses, or others stand on it. */
    INTERFACE,
    /** Its interface was given to another network namespace: a container's. */
    NAMESPACE,
    /** A driver has it that hands functions to guests and does not show to which. */
    DRIVER
  }

  /**
   * One use.
   *
   * @param kind what it is
   * @param text for people
   * @param holder the process; null for another kind
   */
  public record Use(Kind kind, String text, OpenDevices.@Nullable Holder holder) {}

  /** Nobody uses it, and that is sure. */
  public boolean isFree() {
    return uses.isEmpty() && isKnown;
  }

  /** Who uses it, for people; empty when nobody does. */
  public String text() {
    if (uses.isEmpty()) {
      return isKnown ? "" : "unknown: other users' processes cannot be looked at without root";
    }
    return uses.stream().map(Use::text).collect(Collectors.joining(", "));
  }
}
