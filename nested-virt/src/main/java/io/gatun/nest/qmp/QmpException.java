package io.gatun.nest.qmp;

/** QEMU refused a command, or did not answer it. */
public final class QmpException extends Exception {
  private static final long serialVersionUID = 1L;

  /** {@link #errorClass} when QEMU went away, or was not there, before it answered. */
  public static final String DISCONNECTED = "Disconnected";

  /** {@link #errorClass} when QEMU did not answer in time: whether it acted is not known. */
  public static final String TIMED_OUT = "TimedOut";

  /** {@link #errorClass} of a device that there is not (qapi/error.json). */
  public static final String DEVICE_NOT_FOUND = "DeviceNotFound";

  private final String errorClass;

  /**
   * @param command what was asked
   * @param errorClass QEMU's class of the error, or one of the constants here
   * @param description QEMU's words
   */
  public QmpException(String command, String errorClass, String description) {
    super("QMP %s: %s".formatted(command, description));
    this.errorClass = errorClass;
  }

  /** Names the kind of error. */
  public String errorClass() {
    return errorClass;
  }
}
