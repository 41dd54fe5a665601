package io.gatun.nest.rpc;

/** Why a call failed, for programs; the words are for people. */
public enum RpcCode {
  /** What came in is no JSON. */
  UNREADABLE(-32700, false),
  /** JSON, but no JSON-RPC 2.0. */
  NOT_A_CALL(-32600, false),
  /** There is no such call. */
  UNKNOWN_CALL(-32601, false),
  /** The parameters are not as the schema says; the words name the one. */
  BAD_PARAMETERS(-32602, false),
  /** A bug, or a failure that nobody foresaw. */
  INTERNAL(-32603, false),
  /** More was asked than was granted; the words name it. */
  NOT_GRANTED(-32001, false),
  /** No level on the way has a function left. */
  NO_FUNCTION(-32002, true),
  /** A level has no IOMMU, or it is not on. */
  NO_IOMMU(-32003, true),
  /** A machine has no port to plug into, or does not answer. */
  NO_HOT_PLUG(-32004, true),
  /** Nobody answers on the channel outwards. */
  NO_EXTENDER(-32005, true),
  /** It took too long; it is being undone. */
  TIMED_OUT(-32006, true),
  /** The interface is just being given back: ask again. */
  BUSY(-32007, false),
  /** There is no such interface. */
  UNKNOWN_INTERFACE(-32008, false),
  /** The journal cannot be written: nothing new is begun. */
  NO_JOURNAL(-32009, false),
  /** The two ends have no version in common, or nobody said hello. */
  VERSION(-32010, false),
  /** A step failed; what was done is undone. */
  FAILED(-32011, true),
  /** An outer level takes the interface away. */
  REVOKED(-32012, false);

  private final int number;
  private final boolean fallsBack;

  RpcCode(int number, boolean fallsBack) {
    this.number = number;
    this.fallsBack = fallsBack;
  }

  /** The number in {@code error.code}. */
  public int number() {
    return number;
  }

  /** Whether a guest that allows it gets an emulated NIC instead. Never for what was forbidden. */
  public boolean fallsBack() {
    return fallsBack;
  }

  /** The code with this number; {@link #INTERNAL} for one that is not known. */
  public static RpcCode of(int number) {
    for (RpcCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return INTERNAL;
  }
}
