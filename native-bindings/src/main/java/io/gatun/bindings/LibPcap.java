package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;
import io.gatun.bindings.gen.bpf_insn;
import io.gatun.bindings.gen.bpf_program;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code pcap/pcap.h} and {@code pcap/bpf.h}: libpcap's compiler of filter expressions, and its
 * interpreter of what that makes. C names, C results.
 *
 * <p>{@link #load} comes first: DPDK needs libpcap for its pcap driver only, so it may be missing,
 * and a process that compiles no filter does not load it. Any thread; libpcap 1.8 and newer compile
 * on several at once.
 */
public final class LibPcap {
  public static final int DLT_EN10MB = Dpdk.DLT_EN10MB();
  public static final int DLT_RAW = Dpdk.DLT_RAW();

  /** {@code struct bpf_program}. */
  public static final long SIZEOF_PROGRAM = bpf_program.layout().byteSize();

  /** {@code struct bpf_insn}. */
  public static final long SIZEOF_INSTRUCTION = bpf_insn.layout().byteSize();

  // Debian has kept the ABI number of 0.8; everybody else counts as libpcap does.
  private static final List<String> SONAMES = List.of("libpcap.so.0.8", "libpcap.so.1");
  private static final Pattern MAPPED = Pattern.compile(".*\\s(/\\S+/libpcap\\.so\\.\\S+)");

  private static boolean loaded;

  private LibPcap() {}

  /**
   * Loads libpcap, once.
   *
   * @throws IllegalStateException when there is none; the message says what to install
   */
  public static synchronized void load() {
    if (!loaded) {
      if (SONAMES.stream().noneMatch(LibPcap::found)) {
        throw new IllegalStateException(
            "libpcap not found (%s): packet filters need it; apt-get install libpcap0.8"
                .formatted(String.join(", ", SONAMES)));
      }
      // The symbols of a library are seen by all of the bindings only when it is loaded by name of
      // file; the linker has searched for it, and the kernel says where it was.
      System.load(mapped().toString());
      loaded = true;
    }
  }

  private static boolean found(String soname) {
    try {
      SymbolLookup.libraryLookup(soname, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Path mapped() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        Matcher matcher = MAPPED.matcher(line);
        if (matcher.matches()) {
          return Path.of(matcher.group(1));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("/proc/self/maps: " + e.getMessage(), e);
    }
    throw new IllegalStateException("libpcap is loaded, but /proc/self/maps does not name it");
  }

  /** The version string, such as {@code libpcap version 1.10.3 (with TPACKET_V3)}. */
  public static String pcap_lib_version() {
    return Memory.string(Dpdk.pcap_lib_version().address(), 256);
  }

  /**
   * A handle without a device, for {@link #pcap_compile} only.
   *
   * @param linkType {@link #DLT_EN10MB} or {@link #DLT_RAW}
   * @param snapshotBytes what a program returns for a packet that it accepts
   * @return 0 when there is no memory
   */
  public static long pcap_open_dead(int linkType, int snapshotBytes) {
    return Dpdk.pcap_open_dead(linkType, snapshotBytes).address();
  }

  public static void pcap_close(long handle) {
    Dpdk.pcap_close(MemorySegment.ofAddress(handle));
  }

  /**
   * Compiles an expression. It may look up names of hosts, and so block.
   *
   * @param program takes {@link #SIZEOF_PROGRAM} bytes; {@link #pcap_freecode} frees what it names
   * @param optimize 1 or 0
   * @param netmask of the network, for {@code ip broadcast}
   * @return 0, or -1 with {@link #pcap_geterr}
   */
  public static int pcap_compile(
      long handle, MemorySegment program, String expression, int optimize, int netmask) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.pcap_compile(
          MemorySegment.ofAddress(handle),
          program,
          arena.allocateFrom(expression),
          optimize,
          netmask);
    }
  }

  /** What the last failed call on this handle has to say. */
  public static String pcap_geterr(long handle) {
    return Memory.string(Dpdk.pcap_geterr(MemorySegment.ofAddress(handle)).address(), 512);
  }

  public static void pcap_freecode(MemorySegment program) {
    Dpdk.pcap_freecode(program);
  }

  /**
   * Runs a program over a packet in one piece.
   *
   * @param instructions address of the first {@code struct bpf_insn}
   * @param packet address of the first byte
   * @param wireBytes length of the packet when it was whole
   * @param bytes length of what is there
   * @return what the program returns: 0 for a packet that does not match
   */
  public static int bpf_filter(long instructions, long packet, int wireBytes, int bytes) {
    return Dpdk.bpf_filter(
        MemorySegment.ofAddress(instructions), MemorySegment.ofAddress(packet), wireBytes, bytes);
  }

  /** {@code bf_len}: instructions in a {@code struct bpf_program}. */
  public static int length(MemorySegment program) {
    return bpf_program.bf_len(program);
  }

  /** {@code bf_insns}: address of the first instruction of a {@code struct bpf_program}. */
  public static long instructions(MemorySegment program) {
    return bpf_program.bf_insns(program).address();
  }

  /** The {@code code} of the instruction at {@code at}, 16 bits. */
  public static int code(long at) {
    return Memory.getUnsignedShort(at + bpf_insn.code$offset());
  }

  /** Instructions that a jump skips when its condition holds, 0 to 255. */
  public static int jt(long at) {
    return Memory.getUnsignedByte(at + bpf_insn.jt$offset());
  }

  /** Instructions that a jump skips when its condition does not hold, 0 to 255. */
  public static int jf(long at) {
    return Memory.getUnsignedByte(at + bpf_insn.jf$offset());
  }

  /** The operand of the instruction at {@code at}, 32 bits. */
  public static int k(long at) {
    return Memory.getInt(at + bpf_insn.k$offset());
  }

  /** Writes one {@code struct bpf_insn}. */
  public static void instruction(long at, int code, int jt, int jf, int k) {
    Memory.putShort(at + bpf_insn.code$offset(), (short) code);
    Memory.putByte(at + bpf_insn.jt$offset(), (byte) jt);
    Memory.putByte(at + bpf_insn.jf$offset(), (byte) jf);
    Memory.putInt(at + bpf_insn.k$offset(), k);
  }
}
