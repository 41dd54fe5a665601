package io.gatun.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Symbols that jextract's output does not have: of newer releases than the headers it read, of the
 * C library, and thread-local ones.
 */
final class NativeSymbols {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = SymbolLookup.loaderLookup().or(LINKER.defaultLookup());

  private NativeSymbols() {}

  static MethodHandle function(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LOOKUP.findOrThrow(name), type);
  }

  /** A handle for functions of one type whose address is the first argument of each call. */
  static MethodHandle functions(FunctionDescriptor type) {
    return LINKER.downcallHandle(type);
  }

  static Optional<MemorySegment> find(String name) {
    return LOOKUP.find(name);
  }

  /**
   * The address of the calling thread's copy of a thread-local variable. dlsym(3) resolves it for
   * the calling thread, so the address must not be kept for another.
   */
  static long threadLocal(String name) {
    return LOOKUP.findOrThrow(name).address();
  }

  /** What a downcall throws: only a wrong descriptor can make it, never the C function. */
  static AssertionError impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError(e);
  }
}
