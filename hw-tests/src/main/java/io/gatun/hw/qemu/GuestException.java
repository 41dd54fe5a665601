package io.gatun.hw.qemu;

/**
 * Something in a virtual machine, or the machine itself, did not do what it should; the message has
 * what it said.
 */
public final class GuestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GuestException(String message) {
    super(message);
  }

  public GuestException(String message, Throwable cause) {
    super(message, cause);
  }
}
