package io.gatun.pmd.cli.doctor;

import java.util.BitSet;

/** The kernel's lists of CPUs, such as {@code 0-3,8} (cpuset(7), list format). */
final class CpuSet {
  private CpuSet() {}

  /** The CPUs of a list; what is not a number or a range is passed over, as {@code (null)}. */
  static BitSet parse(String list) {
    BitSet cpus = new BitSet();
    for (String part : list.strip().split(",", -1)) {
      if (part.matches("\\d{1,5}(-\\d{1,5})?")) {
        String[] ends = part.split("-", -1);
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[ends.length - 1]);
        if (first <= last) {
          cpus.set(first, last + 1);
        }
      }
    }
    return cpus;
  }

  /** The list of {@code cpus}; {@code none} for the empty one. */
  static String format(BitSet cpus) {
    StringBuilder list = new StringBuilder();
    for (int first = cpus.nextSetBit(0); first >= 0; ) {
      int last = cpus.nextClearBit(first) - 1;
      list.append(list.isEmpty() ? "" : ",").append(first);
      if (last > first) {
        list.append('-').append(last);
      }
      first = cpus.nextSetBit(last + 1);
    }
    return list.isEmpty() ? "none" : list.toString();
  }
}
