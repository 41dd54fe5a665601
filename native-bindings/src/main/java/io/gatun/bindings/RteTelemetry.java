package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code rte_telemetry.h}: commands on the socket {@code dpdk_telemetry.v2}. */
public final class RteTelemetry {
  private static final MethodHandle ADD_DICT_UINT =
      NativeSymbols.function(
          NativeSymbols.find("rte_tel_data_add_dict_uint").isPresent()
              ? "rte_tel_data_add_dict_uint"
              : "rte_tel_data_add_dict_u64",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));

  private RteTelemetry() {}

  /** {@code rte_telemetry_register_cmd}: 0, or a negative errno. There is no way to unregister. */
  public static int rte_telemetry_register_cmd(
      String command, MemorySegment callback, String help) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_telemetry_register_cmd(
          arena.allocateFrom(command), callback, arena.allocateFrom(help));
    }
  }

  public static long rte_tel_data_alloc() {
    return Dpdk.rte_tel_data_alloc().address();
  }

  public static void rte_tel_data_free(long data) {
    Dpdk.rte_tel_data_free(MemorySegment.ofAddress(data));
  }

  public static int rte_tel_data_start_dict(long data) {
    return Dpdk.rte_tel_data_start_dict(MemorySegment.ofAddress(data));
  }

  /** Starts an array of strings. */
  public static int rte_tel_data_start_array_string(long data) {
    return Dpdk.rte_tel_data_start_array(MemorySegment.ofAddress(data), Dpdk.RTE_TEL_STRING_VAL());
  }

  public static int rte_tel_data_add_array_string(long data, String value) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_tel_data_add_array_string(
          MemorySegment.ofAddress(data), arena.allocateFrom(value));
    }
  }

  /** Adds a container under a name; the library frees it. */
  public static int rte_tel_data_add_dict_container(long data, String name, long value) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_tel_data_add_dict_container(
          MemorySegment.ofAddress(data),
          arena.allocateFrom(name),
          MemorySegment.ofAddress(value),
          0);
    }
  }

  public static int rte_tel_data_add_dict_string(long data, String name, String value) {
    try (Arena arena = Arena.ofConfined()) {
      return Dpdk.rte_tel_data_add_dict_string(
          MemorySegment.ofAddress(data), arena.allocateFrom(name), arena.allocateFrom(value));
    }
  }

  /**
   * Adds an unsigned number: {@code rte_tel_data_add_dict_uint}, which was called {@code …_u64}
   * before 23.03 (the old name is gone in 25.11).
   */
  public static int rte_tel_data_add_dict_uint(long data, String name, long value) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          ADD_DICT_UINT.invokeExact(MemorySegment.ofAddress(data), arena.allocateFrom(name), value);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }
}
