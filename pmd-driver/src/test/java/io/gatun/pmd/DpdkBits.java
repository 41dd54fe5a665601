package io.gatun.pmd;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeMap;

/** The single-bit constants of {@code rte_ethdev.h} as jextract read them from DPDK's headers. */
final class DpdkBits {
  private DpdkBits() {}

  /** Constants that start with {@code prefix}, by the rest of their names. */
  static Map<String, Long> startingWith(String prefix) throws ReflectiveOperationException {
    // By reflection: the package of the generated code is nobody's business but the bindings'.
    Class<?> generated = Class.forName("io.gatun.bindings.gen.Dpdk");
    Map<String, Long> bits = new TreeMap<>();
    for (Method method : generated.getMethods()) {
      if (method.getName().startsWith(prefix) && method.getReturnType() == long.class) {
        long value = (Long) method.invoke(null);
        if (Long.bitCount(value) == 1) {
          bits.put(method.getName().substring(prefix.length()), value);
        }
      }
    }
    return bits;
  }
}
