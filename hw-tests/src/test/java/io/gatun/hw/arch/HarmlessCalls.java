package io.gatun.hw.arch;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The methods of the JDK that the data path may call: those that neither allocate nor block. The
 * list is what was needed so far; add to it with the same care.
 */
final class HarmlessCalls {
  private static final String EVERYTHING = "*";

  private static final Set<String> BIT_TRICKS =
      Set.of(
          "bitCount",
          "compare",
          "compareUnsigned",
          "compress",
          "divideUnsigned",
          "expand",
          "highestOneBit",
          "lowestOneBit",
          "max",
          "min",
          "numberOfLeadingZeros",
          "numberOfTrailingZeros",
          "remainderUnsigned",
          "reverse",
          "reverseBytes",
          "rotateLeft",
          "rotateRight",
          "signum",
          "sum",
          "toUnsignedInt",
          "toUnsignedLong");

  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("java.lang.Byte", BIT_TRICKS),
          Map.entry("java.lang.Short", BIT_TRICKS),
          Map.entry("java.lang.Character", BIT_TRICKS),
          Map.entry("java.lang.Integer", BIT_TRICKS),
          Map.entry("java.lang.Long", BIT_TRICKS),
          Map.entry("java.lang.Math", Set.of(EVERYTHING)),
          Map.entry("java.lang.Object", Set.of("<init>")),
          Map.entry("java.lang.System", Set.of("nanoTime", "arraycopy")),
          Map.entry("java.lang.Thread", Set.of("onSpinWait")),
          Map.entry("java.util.Arrays", Set.of("equals", "fill", "mismatch")),
          // Both are signature-polymorphic: javac describes the call as it is written, without
          // boxes. Plain invoke() may convert arguments, and so box.
          Map.entry("java.lang.invoke.MethodHandle", Set.of("invokeExact")),
          Map.entry("java.lang.invoke.VarHandle", Set.of(EVERYTHING)),
          Map.entry(
              "java.lang.foreign.MemorySegment",
              Set.of("address", "byteSize", "copy", "fill", "get", "mismatch", "set")));

  /** Why a call is refused, where more can be said than that it is not on the list. */
  private record Refused(String prefix, Set<String> methods, String text) {}

  private static final List<Refused> REFUSED =
      List.of(
          new Refused("java.util.stream.", Set.of(EVERYTHING), "uses a stream"),
          new Refused("java.util.Optional", Set.of(EVERYTHING), "uses Optional"),
          new Refused("java.lang.System$Logger", Set.of(EVERYTHING), "logs"),
          new Refused("java.util.logging.", Set.of(EVERYTHING), "logs"),
          new Refused("java.io.Print", Set.of(EVERYTHING), "prints"),
          new Refused("java.lang.String", Set.of("format", "formatted"), "formats text"),
          new Refused("java.lang.foreign.Arena", Set.of(EVERYTHING), "uses an arena"),
          new Refused(
              "java.lang.foreign.MemorySegment",
              Set.of("asSlice", "ofAddress", "ofArray", "reinterpret"),
              "makes a memory segment"),
          new Refused("java.util.concurrent.locks.", Set.of(EVERYTHING), "may block"),
          new Refused("java.lang.Thread", Set.of("join", "sleep"), "may block"),
          new Refused("java.lang.Object", Set.of("wait"), "may block"),
          new Refused("java.lang.Boolean", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Byte", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Character", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Double", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Float", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Integer", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Long", Set.of("valueOf"), "boxes"),
          new Refused("java.lang.Short", Set.of("valueOf"), "boxes"));

  private HarmlessCalls() {}

  /** Null for a call that the data path may make; otherwise what is wrong with it. */
  static @Nullable String refusal(String owner, String method) {
    for (Refused refused : REFUSED) {
      if (owner.startsWith(refused.prefix()) && contains(refused.methods(), method)) {
        return refused.text() + ": " + owner + "." + method;
      }
    }
    // Of any enum: javac names the enum itself, whose superclass is not looked up here.
    if (method.equals("ordinal") || contains(ALLOWED.getOrDefault(owner, Set.of()), method)) {
      return null;
    }
    return "calls " + owner + "." + method + ", which is not on the list of HarmlessCalls";
  }

  private static boolean contains(Set<String> methods, String method) {
    return methods.contains(EVERYTHING) || methods.contains(method);
  }
}
