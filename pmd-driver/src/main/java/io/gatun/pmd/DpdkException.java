package io.gatun.pmd;

import io.gatun.bindings.Errno;

/**
 * A DPDK function refused. The message is one line: the call with its object, the error by name,
 * and what to do about it where that is known.
 */
public final class DpdkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  private DpdkException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /**
   * @param call the C function with its object, such as {@code rte_eth_dev_start(port 0)}
   * @param error an errno, positive or negative
   * @param remedy what the user can do, or an empty string
   */
  static DpdkException of(String call, int error, String remedy) {
    String text =
        "%s: %s (%s)%s"
            .formatted(
                call,
                Errno.name(error),
                Errno.rte_strerror(error),
                remedy.isEmpty() ? "" : ": " + remedy);
    return new DpdkException(text, Math.abs(error));
  }

  /** Passes a non-negative result on; throws for a negative errno. */
  static int check(int result, String call, String remedy) {
    if (result < 0) {
      throw of(call, result, remedy);
    }
    return result;
  }

  /** The error number, positive: see {@link Errno}. */
  public int errno() {
    return errno;
  }
}
