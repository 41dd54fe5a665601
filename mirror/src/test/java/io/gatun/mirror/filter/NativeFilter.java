package io.gatun.mirror.filter;

import io.gatun.bindings.LibPcap;
import io.gatun.bindings.Memory;
import java.lang.foreign.Arena;
import java.util.List;

/** The oracle: libpcap's own interpreter, {@code bpf_filter}. */
final class NativeFilter {
  private static final int MAX_PACKET_BYTES = 65_536;

  private final long instructions;
  private final long packet;

  NativeFilter(Arena arena, List<Instruction> program) {
    LibPcap.load();
    instructions = arena.allocate(LibPcap.SIZEOF_INSTRUCTION * program.size(), 8).address();
    packet = arena.allocate(MAX_PACKET_BYTES).address();
    for (int i = 0; i < program.size(); i++) {
      Instruction instruction = program.get(i);
      LibPcap.instruction(
          instructions + i * LibPcap.SIZEOF_INSTRUCTION,
          instruction.opcode().code(),
          instruction.jt(),
          instruction.jf(),
          instruction.k());
    }
  }

  boolean matches(byte[] bytes, int from, int end) {
    Memory.copy(bytes, from, packet, end - from);
    return LibPcap.bpf_filter(instructions, packet, end - from, end - from) != 0;
  }
}
