package io.gatun.pmd;

/** EAL could not start; the message is one line with the cause and the remedy. */
public final class EalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EalException(String message) {
    super(message);
  }
}
