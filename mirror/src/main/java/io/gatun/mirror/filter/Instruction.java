package io.gatun.mirror.filter;

/**
 * One instruction of classic BPF: {@code struct bpf_insn}.
 *
 * @param opcode what it does
 * @param jt instructions that a conditional jump skips when its condition holds, 0 to 255
 * @param jf instructions that it skips when the condition does not hold, 0 to 255
 * @param k the constant, an unsigned 32-bit number
 */
record Instruction(Opcode opcode, int jt, int jf, int k) {
  /** Instructions that an unconditional jump skips; libpcap may mean it signed. */
  long skipped() {
    return k;
  }

  /** The constant as a non-negative number. */
  long unsigned() {
    return Integer.toUnsignedLong(k);
  }
}
