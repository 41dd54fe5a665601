package io.gatun.mirror.filter;

import io.gatun.bindings.LibPcap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * libpcap's compiler for one link type. Control thread: names of hosts in an expression are looked
 * up, which may take as long as the resolver likes.
 */
final class FilterCompiler implements AutoCloseable {
  private static final int SNAPSHOT_BYTES = 65_535;
  private static final int OPTIMIZE = 1;
  private static final int AS_IT_IS = 0;

  // libpcap's optimizer takes quadratic time: seconds for 400 hosts, a minute for 1000. Short
  // expressions need not be compiled twice to know that they are not so long.
  private static final int LONG_EXPRESSION = 2000;
  private static final int MAX_UNOPTIMIZED = 8192;

  /**
   * As tcpdump has it when it reads a file: a port has no address here, so {@code ip broadcast} is
   * 255.255.255.255 and the network's own broadcast address must be named.
   */
  private static final int NETMASK = 0;

  /** What libpcap makes of an expression. */
  sealed interface Result {
    /** The instructions, not yet checked. */
    record Program(List<Instruction> instructions) implements Result {}

    /** Why there are none, in libpcap's words. */
    record Failure(String message) implements Result {}
  }

  private final long handle;

  /**
   * Opens the compiler.
   *
   * @param linkType {@link LibPcap#DLT_EN10MB} or {@link LibPcap#DLT_RAW}
   * @throws IllegalStateException when libpcap is not installed
   */
  FilterCompiler(int linkType) {
    LibPcap.load();
    this.handle = LibPcap.pcap_open_dead(linkType, SNAPSHOT_BYTES);
    if (handle == 0) {
      throw new OutOfMemoryError("pcap_open_dead found no memory");
    }
  }

  /**
   * Compiles an expression.
   *
   * @throws IllegalArgumentException when it is far too long
   */
  Result compile(String expression) {
    if (expression.length() > LONG_EXPRESSION
        && parse(expression) instanceof Result.Program(var instructions)
        && instructions.size() > MAX_UNOPTIMIZED) {
      throw new IllegalArgumentException(
          "%d BPF instructions before they are optimized, but %d are the most; spread it over"
                  .formatted(instructions.size(), MAX_UNOPTIMIZED)
              + " several sessions");
    }
    return compile(expression, OPTIMIZE);
  }

  /** Compiles without the optimizer, which has errors and takes time of its own. */
  Result parse(String expression) {
    return compile(expression, AS_IT_IS);
  }

  private Result compile(String expression, int optimize) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(LibPcap.SIZEOF_PROGRAM, Long.BYTES);
      if (LibPcap.pcap_compile(handle, program, expression, optimize, NETMASK) != 0) {
        return new Result.Failure(LibPcap.pcap_geterr(handle));
      }
      try {
        return read(program);
      } finally {
        LibPcap.pcap_freecode(program);
      }
    }
  }

  private static Result read(MemorySegment program) {
    List<Instruction> instructions = new ArrayList<>();
    for (int i = 0; i < LibPcap.length(program); i++) {
      long at = LibPcap.instructions(program) + i * LibPcap.SIZEOF_INSTRUCTION;
      Opcode opcode = Opcode.of(LibPcap.code(at));
      if (opcode == null) {
        return new Result.Failure(
            "BPF instruction %d is unknown: code 0x%x".formatted(i, LibPcap.code(at)));
      }
      instructions.add(new Instruction(opcode, LibPcap.jt(at), LibPcap.jf(at), LibPcap.k(at)));
    }
    return new Result.Program(instructions);
  }

  @Override
  public void close() {
    LibPcap.pcap_close(handle);
  }
}
