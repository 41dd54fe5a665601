package io.gatun.nest.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code list}: what the caller has.
 *
 * @param leases its interfaces that are ready
 * @param leaving names of its interfaces that are on their way in or out
 */
public record LeaseList(List<Assignment> leases, List<String> leaving) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public LeaseList(@Nullable List<Assignment> leases, @Nullable List<String> leaving) {
    this.leases = leases == null ? List.of() : List.copyOf(leases);
    this.leaving = leaving == null ? List.of() : List.copyOf(leaving);
  }
}
