package io.gatun.nest.machine;

/** A machine could not do what it was asked. */
public final class MachineException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message names the machine and the remedy
   */
  public MachineException(String message) {
    super(message);
  }

  /** As above, with what was behind it. */
  public MachineException(String message, Throwable cause) {
    super(message, cause);
  }
}
