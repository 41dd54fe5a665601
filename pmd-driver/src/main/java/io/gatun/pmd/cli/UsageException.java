package io.gatun.pmd.cli;

/** The user asked for something that cannot be: the message says what can. Exit code 2. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
