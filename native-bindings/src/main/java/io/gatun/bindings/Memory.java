package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * Memory by virtual address, in the machine's byte order (little-endian on all that Gatun runs on)
 * unless the name says {@code BigEndian}.
 *
 * <p>One segment over the whole address space, held in a {@code static final}: the JIT folds it, so
 * that an access is one machine instruction beside a sign check, and nothing is allocated. Nothing
 * is checked: an address that is not mapped ends the JVM with SIGSEGV. Any thread.
 */
public final class Memory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final long USER_SPACE = (1L << 56) - 1;
  private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private Memory() {}

  /**
   * The same address, with its top 8 bits cleared, which are zero in every address of user space
   * (56 bits at most with five-level paging). The JIT then knows that it is small and positive, and
   * drops the bounds check of every access at a constant distance from it: two masks a packet
   * instead of a compare and a branch for each load and store.
   */
  public static long base(long address) {
    return address & USER_SPACE;
  }

  /** The unsigned 8-bit value at {@code address}. */
  public static int getUnsignedByte(long address) {
    return getByte(address) & 0xff;
  }

  public static byte getByte(long address) {
    return ALL.get(JAVA_BYTE, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(JAVA_BYTE, address, value);
  }

  public static short getShort(long address) {
    return ALL.get(JAVA_SHORT_UNALIGNED, address);
  }

  /** The unsigned 16-bit value at {@code address}. */
  public static int getUnsignedShort(long address) {
    return ALL.get(JAVA_SHORT_UNALIGNED, address) & 0xffff;
  }

  public static void putShort(long address, short value) {
    ALL.set(JAVA_SHORT_UNALIGNED, address, value);
  }

  public static int getInt(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }

  /** The unsigned 16-bit value in network byte order at {@code address}. */
  public static int getUnsignedShortBigEndian(long address) {
    return Short.toUnsignedInt(Short.reverseBytes(getShort(address)));
  }

  /** Stores the low 16 bits in network byte order. */
  public static void putShortBigEndian(long address, int value) {
    putShort(address, Short.reverseBytes((short) value));
  }

  /** The 32-bit value in network byte order at {@code address}. */
  public static int getIntBigEndian(long address) {
    return Integer.reverseBytes(getInt(address));
  }

  /** Stores 32 bits in network byte order. */
  public static void putIntBigEndian(long address, int value) {
    putInt(address, Integer.reverseBytes(value));
  }

  /** The 64-bit value in network byte order at {@code address}. */
  public static long getLongBigEndian(long address) {
    return Long.reverseBytes(getLong(address));
  }

  /** Stores 64 bits in network byte order. */
  public static void putLongBigEndian(long address, long value) {
    putLong(address, Long.reverseBytes(value));
  }

  public static long getLong(long address) {
    return ALL.get(JAVA_LONG_UNALIGNED, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, address, value);
  }

  /**
   * The unsigned 16-bit value at an even {@code address} with acquire order, as C11's {@code
   * memory_order_acquire}: what the thread that released it wrote before is seen.
   */
  public static int getUnsignedShortAcquire(long address) {
    return (short) SHORT.getAcquire(ALL, address) & 0xffff;
  }

  /**
   * Adds to the 16-bit value at {@code address} atomically; returns the value before. Java adds
   * atomically to 32 and 64 bits only, so this adds to the upper half of an aligned int: {@code
   * address} is 2 above a multiple of 4, as that of an mbuf's count is.
   */
  public static int getAndAddUnsignedShort(long address, int delta) {
    return (int) INT.getAndAdd(ALL, address - Short.BYTES, delta << 16) >>> 16;
  }

  /** Copies {@code lengthBytes} bytes; the two ranges may overlap. */
  public static void copy(long source, long target, long lengthBytes) {
    MemorySegment.copy(ALL, source, ALL, target, lengthBytes);
  }

  /** Copies a Java array to native memory. */
  public static void copy(byte[] source, int offset, long target, int lengthBytes) {
    MemorySegment.copy(source, offset, ALL, JAVA_BYTE, target, lengthBytes);
  }

  /** Copies native memory into a Java array. */
  public static void copy(long source, byte[] target, int offset, int lengthBytes) {
    MemorySegment.copy(ALL, JAVA_BYTE, source, target, offset, lengthBytes);
  }

  /** Sets {@code lengthBytes} bytes to {@code value}. */
  public static void fill(long address, long lengthBytes, byte value) {
    ALL.asSlice(address, lengthBytes).fill(value);
  }

  /**
   * The UTF-8 string at {@code address} up to its NUL, or up to {@code maxBytes} where there is
   * none; empty for the null pointer. Control plane: it allocates.
   */
  public static String string(long address, int maxBytes) {
    if (address == 0) {
      return "";
    }
    int length = 0;
    while (length < maxBytes && getByte(address + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The segment of {@code lengthBytes} bytes at {@code address}, for whoever needs its bounds. */
  public static MemorySegment segment(long address, long lengthBytes) {
    return MemorySegment.ofAddress(address).reinterpret(lengthBytes);
  }
}
