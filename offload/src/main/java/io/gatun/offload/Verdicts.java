package io.gatun.offload;

import io.gatun.pmd.CounterArray;
import io.gatun.pmd.DataPath;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Verdicts on received packets, counted for each header: outer and inner, IP and L4 (TCP, UDP or
 * GRE). One lcore writes, anybody reads.
 */
@SuppressWarnings("EnumOrdinal") // indexes of an array that lives as long as the process
public final class Verdicts {
  static final int OUTER_IP = 0;
  static final int OUTER_L4 = 1;
  static final int INNER_IP = 2;
  static final int INNER_L4 = 3;

  static final int GOOD = Verdict.GOOD.ordinal();
  static final int BAD = Verdict.BAD.ordinal();
  static final int NONE = Verdict.NONE.ordinal();
  static final int UNKNOWN = Verdict.UNKNOWN.ordinal();

  private static final int KINDS = 4;
  private static final int BAD_OUTER = 16;
  private static final int BAD_INNER = 17;
  private static final int MERGED = 18;
  private static final int PLAIN = 19;

  private final CounterArray counts = new CounterArray(20);

  /** All zero. */
  public Verdicts() {}

  /** Counts a verdict on one of the four headers. */
  @DataPath
  void count(int header, int verdict) {
    counts.add(header * KINDS + verdict, 1);
  }

  /** Counts packets with the commonest verdicts: all good, and no outer UDP checksum. */
  @DataPath
  void countPlain(int packets) {
    counts.add(PLAIN, packets);
  }

  @DataPath
  void countBadOuter() {
    counts.add(BAD_OUTER, 1);
  }

  @DataPath
  void countBadInner() {
    counts.add(BAD_INNER, 1);
  }

  @DataPath
  void countMerged() {
    counts.add(MERGED, 1);
  }

  /** Packets whose outer IP, UDP or GRE checksum is wrong. */
  public long badOuter() {
    return counts.get(BAD_OUTER);
  }

  /** Packets whose outer header is not bad, and whose inner IP, TCP or UDP checksum is wrong. */
  public long badInner() {
    return counts.get(BAD_INNER);
  }

  /** Packets on which the NIC had one verdict for both headers. */
  public long merged() {
    return counts.get(MERGED);
  }

  /** For JSON: {@code outer} and {@code inner}, in each {@code ip} and {@code l4}. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("outer", pass(OUTER_IP, OUTER_L4));
    map.put("inner", pass(INNER_IP, INNER_L4));
    map.put("merged", merged());
    return map;
  }

  private Map<String, Object> pass(int ip, int l4) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ip", header(ip));
    map.put("l4", header(l4));
    return map;
  }

  private Map<String, Object> header(int header) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      map.put(verdict.name().toLowerCase(Locale.ROOT), get(header, verdict));
    }
    return map;
  }

  private long get(int header, Verdict verdict) {
    Verdict ofPlain = header == OUTER_L4 ? Verdict.NONE : Verdict.GOOD;
    long plain = verdict == ofPlain ? counts.get(PLAIN) : 0;
    return counts.get(header * KINDS + verdict.ordinal()) + plain;
  }
}
