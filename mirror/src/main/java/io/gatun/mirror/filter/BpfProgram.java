package io.gatun.mirror.filter;

import io.gatun.bindings.Bpf;
import java.util.BitSet;
import java.util.List;

/**
 * A classic BPF program that was checked: it ends, and nothing in it can fail but a load beyond the
 * packet, which is a packet that does not match. Immutable.
 *
 * <p>libpcap makes valid programs, so what is refused here is what a data path cannot do: the loops
 * of {@code protochain}, and questions to the Linux kernel about a packet that it never saw.
 */
final class BpfProgram {
  /** The kernel's limit is 4096; the JIT's is nearer: see {@link Translator}. */
  static final int MAX_INSTRUCTIONS = 2048;

  private final List<Instruction> instructions;
  private final BitSet reachable;
  private final int needed;

  private BpfProgram(List<Instruction> instructions, BitSet reachable, int needed) {
    this.instructions = instructions;
    this.reachable = reachable;
    this.needed = needed;
  }

  /**
   * Checks a program.
   *
   * @throws IllegalArgumentException saying which instruction is refused, and why
   */
  static BpfProgram of(List<Instruction> instructions) {
    int count = instructions.size();
    if (count == 0 || count > MAX_INSTRUCTIONS) {
      throw new IllegalArgumentException(
          "%d BPF instructions, but the range is 1 to %d; spread it over several sessions"
              .formatted(count, MAX_INSTRUCTIONS));
    }
    BitSet reachable = new BitSet(count);
    reachable.set(0);
    int needed = 0;
    for (int i = 0; i < count; i++) {
      Instruction instruction = instructions.get(i);
      check(i, instruction);
      if (reachable.get(i)) {
        mark(i, instruction, count, reachable);
        needed = Math.max(needed, reach(instruction));
      }
    }
    return new BpfProgram(List.copyOf(instructions), reachable, needed);
  }

  private static void check(int at, Instruction instruction) {
    Opcode opcode = instruction.opcode();
    int k = instruction.k();
    if (opcode.loadBytes() > 0 && k < 0) {
      throw refused(
          at,
          "asks the Linux kernel about the packet ('inbound' and 'outbound' do); the direction"
              + " belongs into the session's source: PORT:rx or PORT:tx");
    }
    if (opcode.usesMemory() && Integer.compareUnsigned(k, Bpf.MEMWORDS) >= 0) {
      throw refused(at, "names word " + instruction.unsigned() + " of 16 words of memory");
    }
    if (opcode.isDivision() && k == 0) {
      throw refused(at, "divides by 0");
    }
    if (opcode.isShift() && Integer.compareUnsigned(k, Integer.SIZE) >= 0) {
      throw refused(at, "shifts by " + instruction.unsigned() + " bits, but 31 are the most");
    }
    if (opcode == Opcode.JUMP && k < 0) {
      throw refused(at, "jumps backwards ('protochain' does), and a data path has no such loops");
    }
  }

  /** Marks what can run after a reachable instruction; jumps lead forwards only. */
  private static void mark(int at, Instruction instruction, int count, BitSet reachable) {
    Opcode opcode = instruction.opcode();
    if (opcode.isReturn()) {
      return;
    }
    if (opcode == Opcode.JUMP) {
      markOne(at, at + 1 + instruction.skipped(), count, reachable);
    } else if (opcode.isConditionalJump()) {
      markOne(at, at + 1L + instruction.jt(), count, reachable);
      markOne(at, at + 1L + instruction.jf(), count, reachable);
    } else {
      markOne(at, at + 1L, count, reachable);
    }
  }

  private static void markOne(int from, long target, int count, BitSet reachable) {
    if (target >= count) {
      throw refused(from, "leads behind the end of the program");
    }
    reachable.set((int) target);
  }

  private static IllegalArgumentException refused(int at, String why) {
    return new IllegalArgumentException("BPF instruction %d %s".formatted(at, why));
  }

  /** Where a load ends, for an indexed one with X = 0. */
  private static int reach(Instruction instruction) {
    int bytes = instruction.opcode().loadBytes();
    return bytes == 0 ? 0 : (int) Math.min(instruction.unsigned() + bytes, Integer.MAX_VALUE);
  }

  /** All instructions, those that no jump leads to included. */
  List<Instruction> instructions() {
    return instructions;
  }

  /** Whether an instruction can run. */
  boolean isReachable(int index) {
    return reachable.get(index);
  }

  /** A frame of this many bytes holds every load at a constant offset, and the others for X = 0. */
  int neededBytes() {
    return needed;
  }

  /** Whether the packet itself is looked at, and not its length alone. */
  boolean readsPacket() {
    return needed > 0;
  }
}
