package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Catches what C code prints to standard output and standard error: EAL answers a wrong argument
 * with getopt's message and a page of usage, past its own log.
 *
 * <p>Both descriptors lead into a memory file between {@link #capture} and {@link #restore}, for
 * the whole process: whoever prints meanwhile prints into it too. Control thread.
 */
public final class StandardStreams {
  private static final MethodHandle DUP =
      NativeSymbols.function("dup", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle DUP2 =
      NativeSymbols.function("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      NativeSymbols.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FFLUSH =
      NativeSymbols.function("fflush", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle MEMFD_CREATE =
      NativeSymbols.function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle PREAD =
      NativeSymbols.function(
          "pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));

  private static final int MFD_CLOEXEC = 1;
  private static final int MAX_BYTES = 256 << 10;

  private final int file;
  private final int output;
  private final int errors;

  private StandardStreams(int file, int output, int errors) {
    this.file = file;
    this.output = output;
    this.errors = errors;
  }

  /** Leads both streams into memory; where the kernel cannot, they stay and nothing is caught. */
  public static StandardStreams capture() {
    try (Arena arena = Arena.ofConfined()) {
      flush();
      int file = (int) MEMFD_CREATE.invokeExact(arena.allocateFrom("gatun-output"), MFD_CLOEXEC);
      int output = (int) DUP.invokeExact(1);
      int errors = (int) DUP.invokeExact(2);
      if (file >= 0 && output >= 0 && errors >= 0) {
        int ignored = (int) DUP2.invokeExact(file, 1);
        ignored = (int) DUP2.invokeExact(file, 2);
      }
      return new StandardStreams(file, output, errors);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Gives the streams back; returns what was printed meanwhile, the first 256 KB of it. */
  public String restore() {
    try (Arena arena = Arena.ofConfined()) {
      flush();
      if (file < 0 || output < 0 || errors < 0) {
        return "";
      }
      int ignored = (int) DUP2.invokeExact(output, 1);
      ignored = (int) DUP2.invokeExact(errors, 2);
      MemorySegment buffer = arena.allocate(MAX_BYTES);
      long size = (long) PREAD.invokeExact(file, buffer, (long) MAX_BYTES, 0L);
      for (int descriptor : new int[] {file, output, errors}) {
        ignored = (int) CLOSE.invokeExact(descriptor);
      }
      byte[] bytes = buffer.asSlice(0, Math.max(size, 0)).toArray(JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  private static void flush() throws Throwable {
    System.out.flush();
    System.err.flush();
    int ignored = (int) FFLUSH.invokeExact(MemorySegment.NULL);
  }
}
