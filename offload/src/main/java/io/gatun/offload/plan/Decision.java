package io.gatun.offload.plan;

/**
 * Who carries an operation out, and why.
 *
 * @param placement who
 * @param reason a full sentence
 */
public record Decision(Placement placement, String reason) {
  public Decision {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("reason: a decision needs one");
    }
  }

  public boolean isHardware() {
    return placement == Placement.HARDWARE;
  }
}
