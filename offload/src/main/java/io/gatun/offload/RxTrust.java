package io.gatun.offload;

import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.Operation;
import io.gatun.offload.plan.Pass;
import io.gatun.offload.plan.RxVerdictSource;

/**
 * Which of the NIC's receive verdicts are taken. A verdict of GOOD saves the software its look; any
 * other is checked, as some NICs call a UDP checksum of zero bad.
 *
 * @param outerIp of the outer IP header
 * @param outerL4 of the outer UDP header
 * @param inner of the inner headers
 * @param merged whether the NIC has but one verdict for both headers
 */
public record RxTrust(boolean outerIp, boolean outerL4, boolean inner, boolean merged) {
  /** Everything is looked at in software. */
  public static final RxTrust NONE = new RxTrust(false, false, false, false);

  /** What the plan of the receiving port says. */
  public static RxTrust of(OffloadPlan plan) {
    RxVerdictSource outerIp = plan.verdictSource(Pass.OUTER, Operation.IP_VERDICT);
    RxVerdictSource outerL4 = plan.verdictSource(Pass.OUTER, Operation.L4_VERDICT);
    RxVerdictSource inner = plan.verdictSource(Pass.INNER, Operation.L4_VERDICT);
    return new RxTrust(
        outerIp != RxVerdictSource.SOFTWARE,
        outerL4 != RxVerdictSource.SOFTWARE,
        inner != RxVerdictSource.SOFTWARE,
        outerIp == RxVerdictSource.NIC_MERGED || inner == RxVerdictSource.NIC_MERGED);
  }
}
