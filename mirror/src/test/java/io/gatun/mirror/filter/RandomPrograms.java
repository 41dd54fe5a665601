package io.gatun.mirror.filter;

import io.gatun.bindings.Bpf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Valid BPF programs that no compiler would write. */
final class RandomPrograms {
  private static final Opcode[] OPCODES = Opcode.values();
  private static final int MAX_JUMP = 12;

  private final Random random;

  RandomPrograms(Random random) {
    this.random = random;
  }

  /** A program of this many instructions, the clearing of the memory and returns not counted. */
  List<Instruction> next(int length) {
    List<Instruction> program = new ArrayList<>();
    // libpcap's interpreter starts with whatever the stack holds.
    for (int i = 0; i < Bpf.MEMWORDS; i++) {
      program.add(new Instruction(Opcode.STORE, 0, 0, i));
    }
    int end = program.size() + length;
    while (program.size() < end) {
      program.add(instruction(end - program.size()));
    }
    program.add(new Instruction(Opcode.RETURN_A, 0, 0, 0));
    program.add(new Instruction(Opcode.RETURN, 0, 0, 65_535));
    program.add(new Instruction(Opcode.RETURN, 0, 0, 0));
    return program;
  }

  /** {@code left}: instructions up to the first of the three returns. */
  private Instruction instruction(int left) {
    Opcode opcode = OPCODES[random.nextInt(OPCODES.length)];
    while (opcode.isReturn() && random.nextInt(4) != 0) {
      opcode = OPCODES[random.nextInt(OPCODES.length)];
    }
    int jump = Math.min(MAX_JUMP, left + 2);
    if (opcode.isConditionalJump()) {
      return new Instruction(opcode, random.nextInt(jump), random.nextInt(jump), number());
    }
    return new Instruction(opcode, 0, 0, constant(opcode, jump));
  }

  private int constant(Opcode opcode, int jump) {
    if (opcode == Opcode.JUMP) {
      return random.nextInt(jump);
    }
    if (opcode.usesMemory()) {
      return random.nextInt(Bpf.MEMWORDS);
    }
    if (opcode.isShift()) {
      return random.nextInt(Integer.SIZE);
    }
    if (opcode.isDivision()) {
      int divisor = number();
      return divisor == 0 ? 7 : divisor;
    }
    return opcode.loadBytes() > 0 ? offset() : number();
  }

  /** Mostly within a packet, now and then far behind it. */
  private int offset() {
    return switch (random.nextInt(20)) {
      case 0 -> Integer.MAX_VALUE - random.nextInt(6);
      case 1 -> random.nextInt(70_000);
      default -> random.nextInt(48);
    };
  }

  /** Small, near the ends of the range, or anything. */
  private int number() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt();
      case 1 -> -1 - random.nextInt(3);
      case 2 -> Integer.MIN_VALUE + random.nextInt(3) - 1;
      default -> random.nextInt(66);
    };
  }
}
