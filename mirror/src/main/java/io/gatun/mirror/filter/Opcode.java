package io.gatun.mirror.filter;

import io.gatun.bindings.Bpf;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every instruction of classic BPF, by its code ({@code pcap/bpf.h}). A is the accumulator, X the
 * index register, M the scratch memory, P the packet, k the instruction's constant; all are
 * unsigned 32-bit numbers and packet bytes are big-endian.
 */
enum Opcode {
  /** A = the 4 bytes at P[k]. */
  LOAD_WORD(Bpf.LD | Bpf.W | Bpf.ABS),
  /** A = the 2 bytes at P[k]. */
  LOAD_HALF(Bpf.LD | Bpf.H | Bpf.ABS),
  /** A = the byte at P[k]. */
  LOAD_BYTE(Bpf.LD | Bpf.B | Bpf.ABS),
  /** A = the 4 bytes at P[X + k]. */
  LOAD_WORD_INDEXED(Bpf.LD | Bpf.W | Bpf.IND),
  /** A = the 2 bytes at P[X + k]. */
  LOAD_HALF_INDEXED(Bpf.LD | Bpf.H | Bpf.IND),
  /** A = the byte at P[X + k]. */
  LOAD_BYTE_INDEXED(Bpf.LD | Bpf.B | Bpf.IND),
  /** A = the packet's length. */
  LOAD_LENGTH(Bpf.LD | Bpf.W | Bpf.LEN),
  LOAD_CONSTANT(Bpf.LD | Bpf.IMM),
  LOAD_MEMORY(Bpf.LD | Bpf.MEM),
  /** X = the packet's length. */
  LOAD_X_LENGTH(Bpf.LDX | Bpf.W | Bpf.LEN),
  LOAD_X_CONSTANT(Bpf.LDX | Bpf.IMM),
  LOAD_X_MEMORY(Bpf.LDX | Bpf.MEM),
  /** X = 4 * (P[k] & 0xf): the length of an IPv4 header. */
  LOAD_X_HEADER_LENGTH(Bpf.LDX | Bpf.B | Bpf.MSH),

  STORE(Bpf.ST),
  STORE_X(Bpf.STX),

  ADD(Bpf.ALU | Bpf.ADD | Bpf.K),
  SUBTRACT(Bpf.ALU | Bpf.SUB | Bpf.K),
  MULTIPLY(Bpf.ALU | Bpf.MUL | Bpf.K),
  DIVIDE(Bpf.ALU | Bpf.DIV | Bpf.K),
  MODULO(Bpf.ALU | Bpf.MOD | Bpf.K),
  AND(Bpf.ALU | Bpf.AND | Bpf.K),
  OR(Bpf.ALU | Bpf.OR | Bpf.K),
  XOR(Bpf.ALU | Bpf.XOR | Bpf.K),
  SHIFT_LEFT(Bpf.ALU | Bpf.LSH | Bpf.K),
  SHIFT_RIGHT(Bpf.ALU | Bpf.RSH | Bpf.K),
  ADD_X(Bpf.ALU | Bpf.ADD | Bpf.X),
  SUBTRACT_X(Bpf.ALU | Bpf.SUB | Bpf.X),
  MULTIPLY_X(Bpf.ALU | Bpf.MUL | Bpf.X),
  /** The packet does not match when X is 0. */
  DIVIDE_X(Bpf.ALU | Bpf.DIV | Bpf.X),
  /** The packet does not match when X is 0. */
  MODULO_X(Bpf.ALU | Bpf.MOD | Bpf.X),
  AND_X(Bpf.ALU | Bpf.AND | Bpf.X),
  OR_X(Bpf.ALU | Bpf.OR | Bpf.X),
  XOR_X(Bpf.ALU | Bpf.XOR | Bpf.X),
  /** A = 0 when X is 32 or more. */
  SHIFT_LEFT_X(Bpf.ALU | Bpf.LSH | Bpf.X),
  /** A = 0 when X is 32 or more. */
  SHIFT_RIGHT_X(Bpf.ALU | Bpf.RSH | Bpf.X),
  NEGATE(Bpf.ALU | Bpf.NEG),

  JUMP(Bpf.JMP | Bpf.JA),
  JUMP_EQUAL(Bpf.JMP | Bpf.JEQ | Bpf.K),
  JUMP_GREATER(Bpf.JMP | Bpf.JGT | Bpf.K),
  JUMP_GREATER_OR_EQUAL(Bpf.JMP | Bpf.JGE | Bpf.K),
  /** Jumps when A and k have a bit in common. */
  JUMP_SET(Bpf.JMP | Bpf.JSET | Bpf.K),
  JUMP_EQUAL_X(Bpf.JMP | Bpf.JEQ | Bpf.X),
  JUMP_GREATER_X(Bpf.JMP | Bpf.JGT | Bpf.X),
  JUMP_GREATER_OR_EQUAL_X(Bpf.JMP | Bpf.JGE | Bpf.X),
  JUMP_SET_X(Bpf.JMP | Bpf.JSET | Bpf.X),

  /** The packet matches unless k is 0. */
  RETURN(Bpf.RET | Bpf.K),
  /** The packet matches unless A is 0. */
  RETURN_A(Bpf.RET | Bpf.A),

  A_TO_X(Bpf.MISC | Bpf.TAX),
  X_TO_A(Bpf.MISC | Bpf.TXA);

  private static final Map<Integer, Opcode> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(o -> o.code, Function.identity()));

  private final int code;

  Opcode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static @Nullable Opcode of(int code) {
    return BY_CODE.get(code);
  }

  /** Bytes of the packet that it loads, 0 when it loads none. */
  int loadBytes() {
    return switch (this) {
      case LOAD_WORD, LOAD_WORD_INDEXED -> Integer.BYTES;
      case LOAD_HALF, LOAD_HALF_INDEXED -> Short.BYTES;
      case LOAD_BYTE, LOAD_BYTE_INDEXED, LOAD_X_HEADER_LENGTH -> Byte.BYTES;
      default -> 0;
    };
  }

  boolean isIndexedLoad() {
    return switch (this) {
      case LOAD_WORD_INDEXED, LOAD_HALF_INDEXED, LOAD_BYTE_INDEXED -> true;
      default -> false;
    };
  }

  boolean usesMemory() {
    return switch (this) {
      case LOAD_MEMORY, LOAD_X_MEMORY, STORE, STORE_X -> true;
      default -> false;
    };
  }

  boolean isConditionalJump() {
    return switch (this) {
      case JUMP_EQUAL,
          JUMP_GREATER,
          JUMP_GREATER_OR_EQUAL,
          JUMP_SET,
          JUMP_EQUAL_X,
          JUMP_GREATER_X,
          JUMP_GREATER_OR_EQUAL_X,
          JUMP_SET_X ->
          true;
      default -> false;
    };
  }

  boolean isReturn() {
    return this == RETURN || this == RETURN_A;
  }

  boolean isDivision() {
    return this == DIVIDE || this == MODULO;
  }

  boolean isShift() {
    return this == SHIFT_LEFT || this == SHIFT_RIGHT;
  }
}
