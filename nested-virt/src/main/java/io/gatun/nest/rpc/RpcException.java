package io.gatun.nest.rpc;

/** A call failed. */
public final class RpcException extends Exception {
  private static final long serialVersionUID = 1L;

  private final RpcCode code;

  /**
   * @param words what, why, and what to do about it; travels up the chain as it is
   */
  public RpcException(RpcCode code, String words) {
    super(words);
    this.code = code;
  }

  /** As above, with what was behind it. */
  public RpcException(RpcCode code, String words, Throwable cause) {
    super(words, cause);
    this.code = code;
  }

  /** Why, for programs. */
  public RpcCode code() {
    return code;
  }

  /** Why, for people. */
  public String words() {
    return String.valueOf(getMessage());
  }
}
