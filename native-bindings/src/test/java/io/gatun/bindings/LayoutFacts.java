package io.gatun.bindings;

import io.gatun.bindings.gen.Dpdk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.UnionLayout;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Java believes about C: every struct and constant of the generated classes, read by
 * reflection, and every line of an ABI table.
 */
final class LayoutFacts {
  /** Names of fields that Java reserves. */
  private static final Set<String> RESERVED = Set.of("var");

  /** Typedefs of structs without a tag. */
  private static final Set<String> TYPEDEFS = Set.of("cpu_set_t", "rte_spinlock_t");

  /**
   * Structs whose generated layout is right in size and offsets but not in alignment, which
   * jextract cannot see: whoever allocates one with an allocator that takes the layout's alignment
   * at its word (a slicing allocator, an array in another struct) must give C's alignment.
   */
  private static final Map<String, Set<String>> ALIGNMENT_LOST =
      Map.of(
          "aligned to a cache line",
          Set.of(
              "rte_eth_fp_ops",
              "rte_eth_rxq_info",
              "rte_eth_txq_info",
              "rte_mbuf",
              "rte_mempool",
              "rte_mempool_cache",
              "rte_mempool_info",
              "rte_mempool_ops",
              "rte_mempool_ops_table",
              "rte_ring"),
          "aligned by an attribute",
          Set.of("rte_eth_link", "rte_ether_addr"),
          "aligned by a bit-field",
          Set.of(
              "rte_cpu_intrinsics",
              "rte_eth_intr_conf",
              "rte_eth_rxseg_capa",
              "rte_flow_indir_action_conf",
              "rte_flow_item_eth",
              "rte_flow_item_ipv6",
              "rte_flow_item_vlan",
              "rte_flow_query_age"),
          "packed, though every field lies on its alignment",
          Set.of("rte_memseg", "rte_memzone"));

  private LayoutFacts() {}

  static List<LayoutFact> structFacts() {
    List<LayoutFact> facts = new ArrayList<>();
    for (Class<?> type : generatedClasses()) {
      String name = type.getSimpleName();
      layout(type)
          .ifPresent(
              layout -> {
                String keyword = layout instanceof UnionLayout ? "union " : "struct ";
                addStruct(
                    facts, type, layout, TYPEDEFS.contains(name) ? name : keyword + name, name);
              });
    }
    return facts;
  }

  /**
   * A class and the structs inside it that C names only as fields. Their offsets count from the
   * inner struct: key {@code rte_mbuf:hash.rss}.
   */
  static void addStruct(
      List<LayoutFact> facts, Class<?> type, GroupLayout layout, String cType, String key) {
    facts.add(sizeFact(cType, key, layout.byteSize()));
    if (ALIGNMENT_LOST.values().stream().noneMatch(names -> names.contains(key))) {
      facts.add(
          new LayoutFact(
              "alignof." + key, number("_Alignof(" + cType + ")"), layout.byteAlignment() + ""));
    }
    for (Method method : methods(type)) {
      String field = cName(method.getName().replace("$offset", ""));
      if (method.getName().endsWith("$offset") && method.getParameterCount() == 0) {
        facts.add(offsetFact(cType, key, field, (long) call(method)));
      } else if (method.getName().endsWith("$layout") && method.getParameterCount() == 0) {
        String member = cName(method.getName().replace("$layout", ""));
        long size = ((MemoryLayout) call(method)).byteSize();
        // C has no size for an array of open length.
        if (size > 0) {
          String value = "((" + cType + " *) 0)->" + member;
          facts.add(sizeFact(value, key + "." + member, size));
        }
      }
    }
    for (Class<?> nested : type.getDeclaredClasses()) {
      String field = cName(nested.getSimpleName());
      String element = isArray(type, nested.getSimpleName()) ? "[0]" : "";
      String nestedType = "__typeof__(((" + cType + " *) 0)->" + field + element + ")";
      layout(nested).ifPresent(l -> addStruct(facts, nested, l, nestedType, key + ":" + field));
    }
  }

  static boolean isArray(Class<?> type, String field) {
    return methods(type).stream()
        .filter(m -> m.getName().equals(field + "$layout") && m.getParameterCount() == 0)
        .anyMatch(m -> call(m) instanceof SequenceLayout);
  }

  /** Accessors of constants: no arguments, and nothing that functions and variables have beside. */
  static List<LayoutFact> constantFacts() {
    Set<String> names =
        Stream.of(Dpdk.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
    List<LayoutFact> facts = new ArrayList<>();
    for (Method method : Dpdk.class.getMethods()) {
      String name = method.getName();
      if (method.getDeclaringClass() == Object.class
          || method.getParameterCount() != 0
          || name.contains("$")
          || names.contains(name + "$handle")
          || names.contains(name + "$layout")) {
        continue;
      }
      switch (call(method)) {
        case Integer value -> facts.add(constantFact(name, value));
        case Long value -> facts.add(constantFact(name, value));
        case MemorySegment text ->
            facts.add(
                new LayoutFact(
                    "const." + name, "printf(\"%s\", " + name + ");", text.getString(0)));
        default -> throw new AssertionError("a constant of an unknown type: " + method);
      }
    }
    return facts;
  }

  static List<LayoutFact> tableFacts(Map<String, String> table) {
    List<LayoutFact> facts = new ArrayList<>();
    table.forEach(
        (key, text) -> {
          if (key.equals("abi") || key.equals("version")) {
            return;
          }
          long value = Long.parseLong(text);
          String struct = structOf(key);
          String field = key.substring(key.indexOf('.') + 1);
          if (key.startsWith("const.")) {
            facts.add(constantFact(field, value));
          } else if (key.startsWith("sizeof.")) {
            facts.add(sizeFact("struct " + field, field, value));
          } else if (key.endsWith(".bit")) {
            facts.add(bitFact(struct, stripEnd(field, ".bit"), value));
          } else if (key.endsWith(".width")) {
            facts.add(widthFact(struct, stripEnd(field, ".width"), value));
          } else {
            facts.add(offsetFact("struct " + struct, struct, field, value));
          }
        });
    return facts;
  }

  static LayoutFact sizeFact(String cType, String key, long bytes) {
    return new LayoutFact("sizeof." + key, number("sizeof(" + cType + ")"), bytes + "");
  }

  static LayoutFact offsetFact(String cType, String key, String field, long bytes) {
    return new LayoutFact(
        key + "." + field, number("offsetof(" + cType + ", " + field + ")"), bytes + "");
  }

  /** Java has no unsigned int: the accessor of one returns the int with the same bits. */
  static LayoutFact constantFact(String name, long value) {
    String signed = "_Generic((%s), unsigned: (int) (%s), default: (%s))";
    return new LayoutFact("const." + name, number(signed.replace("%s", name)), value + "");
  }

  static LayoutFact bitFact(String struct, String field, long bit) {
    return new LayoutFact(
        struct + "." + field + ".bit",
        "PRINT_BITS(lowest_bit, " + struct + ", " + field + ");",
        bit + "");
  }

  static LayoutFact widthFact(String struct, String field, long width) {
    return new LayoutFact(
        struct + "." + field + ".width",
        "PRINT_BITS(bits_set, " + struct + ", " + field + ");",
        width + "");
  }

  static String number(String expression) {
    return "printf(\"%lld\", (long long) (" + expression + "));";
  }

  /** {@code rte_mbuf} of {@code rte_mbuf.hash.rss}, and of {@code sizeof.rte_mbuf}. */
  static String structOf(String key) {
    String name = key.startsWith("sizeof.") ? key.substring("sizeof.".length()) : key;
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  static String stripEnd(String text, String end) {
    return text.substring(0, text.length() - end.length());
  }

  /** jextract appends an underscore to a name that Java reserves. */
  static String cName(String name) {
    String stripped = name.endsWith("_") ? stripEnd(name, "_") : name;
    return RESERVED.contains(stripped) ? stripped : name;
  }

  // ---- reflection ------------------------------------------------------------------------------

  static List<Class<?>> generatedClasses() {
    URI location = URI.create(String.valueOf(Dpdk.class.getResource("Dpdk.class")));
    Path directory = Path.of(location).resolveSibling(".");
    try (Stream<Path> files = Files.list(directory)) {
      List<Class<?>> classes = new ArrayList<>();
      for (String file : files.map(p -> String.valueOf(p.getFileName())).sorted().toList()) {
        if (file.endsWith(".class") && !file.contains("$")) {
          String name = Dpdk.class.getPackageName() + "." + stripEnd(file, ".class");
          classes.add(Class.forName(name));
        }
      }
      return classes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  static Optional<GroupLayout> layout(Class<?> type) {
    return methods(type).stream()
        .filter(m -> m.getName().equals("layout") && m.getParameterCount() == 0)
        .map(LayoutFacts::call)
        .filter(GroupLayout.class::isInstance)
        .map(GroupLayout.class::cast)
        .findFirst();
  }

  static List<Method> methods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  static Object call(Method accessor) {
    try {
      accessor.setAccessible(true);
      return accessor.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(accessor.toString(), e);
    }
  }

  static Map<String, String> table(String release) {
    Properties table = new Properties();
    try (InputStream in =
        LayoutTest.class.getResourceAsStream("abi/dpdk-" + release + ".properties")) {
      if (in == null) {
        throw new AssertionError("no ABI table of DPDK " + release);
      }
      table.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> sorted = new TreeMap<>();
    table.forEach((key, value) -> sorted.put((String) key, (String) value));
    return sorted;
  }
}
