package io.gatun.hw.model;

/** Lengths that point outside their packet: hardware drops it, or hangs. */
final class MalformedRequestException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedRequestException(String reason) {
    super(reason);
  }
}
