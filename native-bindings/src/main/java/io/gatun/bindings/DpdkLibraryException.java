package io.gatun.bindings;

/** DPDK could not be loaded; the message names what was looked for and what to install. */
public final class DpdkLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DpdkLibraryException(String message) {
    super(message);
  }

  DpdkLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
