package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;

import io.gatun.bindings.gen.Dpdk;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** {@code rte_log.h}, and fopencookie(3) to catch what it writes. */
public final class RteLog {
  // cookie_io_functions_t: read, write, seek, close (stdio.h, passed by value)
  private static final StructLayout COOKIE_IO_FUNCTIONS =
      MemoryLayout.structLayout(ADDRESS, ADDRESS, ADDRESS, ADDRESS);

  private RteLog() {}

  /**
   * A line-buffered FILE whose writes go to {@code write} (see {@link Upcalls#write}).
   *
   * @return its address, or 0
   */
  public static long openStream(MemorySegment write, Arena arena) {
    try {
      MemorySegment functions = arena.allocate(COOKIE_IO_FUNCTIONS);
      functions.set(ADDRESS, ADDRESS.byteSize(), write);
      MemorySegment file =
          (MemorySegment)
              NativeSymbols.function(
                      "fopencookie",
                      FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, COOKIE_IO_FUNCTIONS))
                  .invokeExact(MemorySegment.NULL, arena.allocateFrom("w"), functions);
      if (file.address() != 0) {
        NativeSymbols.function("setlinebuf", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(file);
      }
      return file.address();
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** {@code rte_openlog_stream}: 0 stands for the default, standard error. */
  public static int rte_openlog_stream(long file) {
    return Dpdk.rte_openlog_stream(MemorySegment.ofAddress(file));
  }

  /** Log level of the message that the calling thread is writing: 1 (emergency) to 8 (debug). */
  public static int rte_log_cur_msg_loglevel() {
    return Dpdk.rte_log_cur_msg_loglevel();
  }
}
