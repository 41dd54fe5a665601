package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;

/**
 * The parts that the code of a classic BPF instruction is put together from ({@code pcap/bpf.h}):
 * class, then size and mode of a load, operation and source of an arithmetic instruction or a jump.
 */
public final class Bpf {
  public static final int LD = Dpdk.BPF_LD();
  public static final int LDX = Dpdk.BPF_LDX();
  public static final int ST = Dpdk.BPF_ST();
  public static final int STX = Dpdk.BPF_STX();
  public static final int ALU = Dpdk.BPF_ALU();
  public static final int JMP = Dpdk.BPF_JMP();
  public static final int RET = Dpdk.BPF_RET();
  public static final int MISC = Dpdk.BPF_MISC();

  public static final int W = Dpdk.BPF_W();
  public static final int H = Dpdk.BPF_H();
  public static final int B = Dpdk.BPF_B();

  public static final int IMM = Dpdk.BPF_IMM();
  public static final int ABS = Dpdk.BPF_ABS();
  public static final int IND = Dpdk.BPF_IND();
  public static final int MEM = Dpdk.BPF_MEM();
  public static final int LEN = Dpdk.BPF_LEN();
  public static final int MSH = Dpdk.BPF_MSH();

  public static final int ADD = Dpdk.BPF_ADD();
  public static final int SUB = Dpdk.BPF_SUB();
  public static final int MUL = Dpdk.BPF_MUL();
  public static final int DIV = Dpdk.BPF_DIV();
  public static final int OR = Dpdk.BPF_OR();
  public static final int AND = Dpdk.BPF_AND();
  public static final int LSH = Dpdk.BPF_LSH();
  public static final int RSH = Dpdk.BPF_RSH();
  public static final int NEG = Dpdk.BPF_NEG();
  public static final int MOD = Dpdk.BPF_MOD();
  public static final int XOR = Dpdk.BPF_XOR();

  public static final int JA = Dpdk.BPF_JA();
  public static final int JEQ = Dpdk.BPF_JEQ();
  public static final int JGT = Dpdk.BPF_JGT();
  public static final int JGE = Dpdk.BPF_JGE();
  public static final int JSET = Dpdk.BPF_JSET();

  /** The operand is the instruction's constant. */
  public static final int K = Dpdk.BPF_K();

  /** The operand is the index register. */
  public static final int X = Dpdk.BPF_X();

  /** The value returned is the accumulator. */
  public static final int A = Dpdk.BPF_A();

  public static final int TAX = Dpdk.BPF_TAX();
  public static final int TXA = Dpdk.BPF_TXA();

  /** Words of scratch memory. */
  public static final int MEMWORDS = Dpdk.BPF_MEMWORDS();

  private Bpf() {}
}
