package io.gatun.nest.rpc;

/**
 * Parameters of {@code status}.
 *
 * @param waitSeconds how long the answer may wait for what is on its way, 0 to 3600
 */
public record StatusRequest(int waitSeconds) {
  public StatusRequest {
    if (waitSeconds < 0 || waitSeconds > 3600) {
      throw new IllegalArgumentException(
          "waitSeconds: %d is not in [0, 3600]".formatted(waitSeconds));
    }
  }
}
