package io.gatun.offload.flow;

import io.gatun.offload.flow.RuleReport.Placement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a {@link WantedRule}.
 *
 * @param wanted what was asked for
 * @param accepted the offer that the NIC took; null when it took none
 * @param refusals the offers before it, which it did not take
 * @param driver who was asked
 */
public record RuleState(
    WantedRule wanted, @Nullable Offer accepted, List<Refusal> refusals, String driver) {
  /**
   * An offer that was not taken.
   *
   * @param reason in words: the C function, the errno by name, the driver's message, the item or
   *     action that it points at
   */
  public record Refusal(Offer offer, String reason) {}

  public RuleState {
    refusals = List.copyOf(refusals);
  }

  /** Whether the NIC has the rule. */
  public boolean isInHardware() {
    return accepted != null;
  }

  /**
   * One report for each function of any offer. A function that only replaces a better one (a queue
   * instead of RSS) is left out where it was not needed.
   */
  public List<RuleReport> reports() {
    Map<String, RuleReport> reports = new LinkedHashMap<>();
    List<String> inHardware = accepted == null ? List.of() : accepted.functions();
    for (Refusal refusal : refusals) {
      for (String function : refusal.offer.functions()) {
        if (!inHardware.contains(function)) {
          reports.putIfAbsent(function, report(function, Placement.SOFTWARE, refusal.reason));
        }
      }
    }
    for (String function : inHardware) {
      reports.put(function, report(function, Placement.HARDWARE, "taken by " + driver));
    }
    wanted
        .never()
        .forEach(
            (function, reason) ->
                reports.putIfAbsent(function, report(function, Placement.SOFTWARE, reason)));
    return new ArrayList<>(reports.values());
  }

  private RuleReport report(String function, Placement placement, String reason) {
    return new RuleReport(wanted.name() + ": " + function, placement, reason);
  }
}
