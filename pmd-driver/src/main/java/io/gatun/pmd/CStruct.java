package io.gatun.pmd;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.gatun.bindings.Abi;
import java.lang.foreign.MemorySegment;

/** Fields of C structs by name, through the table of the loaded ABI. Control plane. */
final class CStruct {
  private CStruct() {}

  static int unsignedShortAt(MemorySegment struct, String field) {
    return struct.get(JAVA_SHORT_UNALIGNED, Abi.offset(field)) & 0xffff;
  }

  static int intAt(MemorySegment struct, String field) {
    return struct.get(JAVA_INT_UNALIGNED, Abi.offset(field));
  }

  static long longAt(MemorySegment struct, String field) {
    return struct.get(JAVA_LONG_UNALIGNED, Abi.offset(field));
  }

  static void putShort(MemorySegment struct, String field, int value) {
    struct.set(JAVA_SHORT_UNALIGNED, Abi.offset(field), (short) value);
  }

  static void putInt(MemorySegment struct, String field, int value) {
    struct.set(JAVA_INT_UNALIGNED, Abi.offset(field), value);
  }

  static void putLong(MemorySegment struct, String field, long value) {
    struct.set(JAVA_LONG_UNALIGNED, Abi.offset(field), value);
  }
}
