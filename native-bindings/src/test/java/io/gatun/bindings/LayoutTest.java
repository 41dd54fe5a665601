package io.gatun.bindings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What Java believes about C's structs and constants, compared with what gcc says.
 *
 * <p>A probe in C is written from the generated classes (by reflection) and from the ABI table of
 * the installed DPDK, compiled against the installed headers, and run; each line that it prints
 * must be what Java has. So a stale table, a jextract that lost an attribute, and headers with
 * another build configuration are found before they corrupt memory.
 */
class LayoutTest {
  private static final String BINDINGS_RELEASE = "22.11";

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

  /** Structs that are not the same in every ABI: used through the {@link Abi} tables only. */
  private static final Set<String> PER_ABI =
      Set.of(
          "rte_eth_conf",
          "rte_eth_dev_info",
          "rte_eth_fp_ops",
          "rte_eth_rss_conf",
          "rte_eth_stats");

  /**
   * A line of the probe and what must come out.
   *
   * @param key names it in both worlds
   * @param print C statements that print the value
   * @param expected what Java has
   */
  private record Fact(String key, String print, String expected) {}

  @Test
  void everyStructOfTheBindingsIsLaidOutAsInC(@TempDir Path directory) {
    assumeBindingsRelease();
    List<Fact> facts = structFacts();

    assertThat(facts).hasSizeGreaterThan(1000);
    assertThat(mismatches(facts, directory)).isEmpty();
  }

  @Test
  void everyConstantOfTheBindingsHasTheValueOfC(@TempDir Path directory) {
    assumeBindingsRelease();
    List<Fact> facts = constantFacts();

    assertThat(facts).hasSizeGreaterThan(1000);
    assertThat(mismatches(facts, directory)).isEmpty();
  }

  @Test
  void theAbiTableOfTheInstalledReleaseIsWhatGccSays(@TempDir Path directory) {
    String installed = assumeInstalled();
    List<Fact> facts = tableFacts(table(installed));

    assertThat(facts).hasSizeGreaterThan(500);
    assertThat(mismatches(facts, directory)).isEmpty();
  }

  /** One set of bindings serves every release: whatever else differs must be added to PER_ABI. */
  @ParameterizedTest
  @EnumSource(DpdkRelease.class)
  void structsOutsideTheTablesAreTheSameInEveryAbi(DpdkRelease release) {
    Map<String, String> bindings = new HashMap<>();
    for (Fact fact : structFacts()) {
      bindings.put(fact.key(), fact.expected());
    }
    Map<String, String> table = table(release.version());
    List<String> compared = new ArrayList<>();
    List<String> different = new ArrayList<>();
    table.forEach(
        (key, value) -> {
          String java = bindings.get(key);
          if (java != null && !PER_ABI.contains(structOf(key))) {
            compared.add(key);
            if (!java.equals(value)) {
              different.add(key + ": bindings " + java + ", table " + value);
            }
          }
        });

    assertThat(table).containsEntry("abi", Integer.toString(release.abi()));
    assertThat(compared).hasSizeGreaterThan(400);
    assertThat(different).isEmpty();
  }

  /** The canary: if the probe or the comparison sleeps, these lies pass. */
  @Test
  void wrongOffsetsSizesAndConstantsAreFound(@TempDir Path directory) {
    assumeInstalled();
    List<Fact> lies =
        List.of(
            offsetFact("struct rte_mbuf", "rte_mbuf", "pkt_len", 37),
            sizeFact("struct rte_mbuf", "rte_mbuf", 64),
            constantFact("RTE_ETHER_ADDR_LEN", 7),
            constantFact("RTE_MBUF_F_TX_TCP_SEG", 0x8000),
            bitFact("rte_eth_link", "link_status", 33),
            widthFact("rte_mbuf", "l2_len", 8));

    assertThat(mismatches(lies, directory))
        .containsExactly(
            "rte_mbuf.pkt_len: Java 37, C 36",
            "sizeof.rte_mbuf: Java 64, C 128",
            "const.RTE_ETHER_ADDR_LEN: Java 7, C 6",
            "const.RTE_MBUF_F_TX_TCP_SEG: Java 32768, C 1125899906842624",
            "rte_eth_link.link_status.bit: Java 33, C 34",
            "rte_mbuf.l2_len.width: Java 8, C 7");
  }

  // ---- what Java has ---------------------------------------------------------------------------

  private static List<Fact> structFacts() {
    List<Fact> facts = new ArrayList<>();
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
  private static void addStruct(
      List<Fact> facts, Class<?> type, GroupLayout layout, String cType, String key) {
    facts.add(sizeFact(cType, key, layout.byteSize()));
    if (ALIGNMENT_LOST.values().stream().noneMatch(names -> names.contains(key))) {
      facts.add(
          new Fact(
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

  private static boolean isArray(Class<?> type, String field) {
    return methods(type).stream()
        .filter(m -> m.getName().equals(field + "$layout") && m.getParameterCount() == 0)
        .anyMatch(m -> call(m) instanceof SequenceLayout);
  }

  /** Accessors of constants: no arguments, and nothing that functions and variables have beside. */
  private static List<Fact> constantFacts() {
    Set<String> names =
        Stream.of(Dpdk.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
    List<Fact> facts = new ArrayList<>();
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
                new Fact("const." + name, "printf(\"%s\", " + name + ");", text.getString(0)));
        default -> throw new AssertionError("a constant of an unknown type: " + method);
      }
    }
    return facts;
  }

  private static List<Fact> tableFacts(Map<String, String> table) {
    List<Fact> facts = new ArrayList<>();
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

  private static Fact sizeFact(String cType, String key, long bytes) {
    return new Fact("sizeof." + key, number("sizeof(" + cType + ")"), bytes + "");
  }

  private static Fact offsetFact(String cType, String key, String field, long bytes) {
    return new Fact(
        key + "." + field, number("offsetof(" + cType + ", " + field + ")"), bytes + "");
  }

  /** Java has no unsigned int: the accessor of one returns the int with the same bits. */
  private static Fact constantFact(String name, long value) {
    String signed = "_Generic((%s), unsigned: (int) (%s), default: (%s))";
    return new Fact("const." + name, number(signed.replace("%s", name)), value + "");
  }

  private static Fact bitFact(String struct, String field, long bit) {
    return new Fact(
        struct + "." + field + ".bit",
        "PRINT_BITS(lowest_bit, " + struct + ", " + field + ");",
        bit + "");
  }

  private static Fact widthFact(String struct, String field, long width) {
    return new Fact(
        struct + "." + field + ".width",
        "PRINT_BITS(bits_set, " + struct + ", " + field + ");",
        width + "");
  }

  private static String number(String expression) {
    return "printf(\"%lld\", (long long) (" + expression + "));";
  }

  /** {@code rte_mbuf} of {@code rte_mbuf.hash.rss}, and of {@code sizeof.rte_mbuf}. */
  private static String structOf(String key) {
    String name = key.startsWith("sizeof.") ? key.substring("sizeof.".length()) : key;
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String stripEnd(String text, String end) {
    return text.substring(0, text.length() - end.length());
  }

  /** jextract appends an underscore to a name that Java reserves. */
  private static String cName(String name) {
    String stripped = name.endsWith("_") ? stripEnd(name, "_") : name;
    return RESERVED.contains(stripped) ? stripped : name;
  }

  // ---- reflection ------------------------------------------------------------------------------

  private static List<Class<?>> generatedClasses() {
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

  private static Optional<GroupLayout> layout(Class<?> type) {
    return methods(type).stream()
        .filter(m -> m.getName().equals("layout") && m.getParameterCount() == 0)
        .map(LayoutTest::call)
        .filter(GroupLayout.class::isInstance)
        .map(GroupLayout.class::cast)
        .findFirst();
  }

  private static List<Method> methods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  private static Object call(Method accessor) {
    try {
      accessor.setAccessible(true);
      return accessor.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(accessor.toString(), e);
    }
  }

  private static Map<String, String> table(String release) {
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

  // ---- what C has ------------------------------------------------------------------------------

  private static List<String> mismatches(List<Fact> facts, Path directory) {
    Map<String, String> printed = runProbe(facts, directory);
    List<String> different = new ArrayList<>();
    for (Fact fact : facts) {
      String c = printed.get(fact.key());
      if (!fact.expected().equals(c)) {
        different.add(fact.key() + ": Java " + fact.expected() + ", C " + c);
      }
    }
    return different;
  }

  private static Map<String, String> runProbe(List<Fact> facts, Path directory) {
    Path source = directory.resolve("probe.c");
    Path probe = directory.resolve("probe");
    try {
      Files.writeString(source, probeSource(facts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> gcc = new ArrayList<>(List.of("gcc", "-w"));
    gcc.addAll(
        List.of(output("pkg-config", "--cflags", "libdpdk").orElseThrow().split("\\s+", -1)));
    gcc.addAll(List.of("-o", probe.toString(), source.toString()));
    gcc.removeIf(String::isEmpty);
    run(gcc);
    Map<String, String> printed = new HashMap<>();
    run(List.of(probe.toString()))
        .lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              printed.put(line.substring(0, equals), line.substring(equals + 1));
            });
    return printed;
  }

  private static String probeSource(List<Fact> facts) {
    StringBuilder c = new StringBuilder();
    c.append("#define ALLOW_EXPERIMENTAL_API\n#define _GNU_SOURCE\n");
    headers().forEach(header -> c.append("#include <").append(header).append(">\n"));
    c.append(
        """
        #include <errno.h>
        #include <stddef.h>
        #include <string.h>

        static size_t bit(const unsigned char *bytes, size_t i) {
          return bytes[i / 8] >> i % 8 & 1;
        }

        static size_t lowest_bit(const void *bytes, size_t size) {
          for (size_t i = 0; i < size * 8; i++) {
            if (bit(bytes, i)) {
              return i;
            }
          }
          return -1;
        }

        static size_t bits_set(const void *bytes, size_t size) {
          size_t count = 0;
          for (size_t i = 0; i < size * 8; i++) {
            count += bit(bytes, i);
          }
          return count;
        }

        #define PRINT_BITS(function, type, field) \\
          { \\
            struct type s; \\
            memset(&s, 0, sizeof s); \\
            s.field = -1; \\
            printf("%zu", function(&s, sizeof s)); \\
          }

        int main(void) {
        """);
    for (Fact fact : facts) {
      c.append("  printf(\"").append(fact.key()).append("=\"); ");
      c.append(fact.print()).append(" puts(\"\");\n");
    }
    return c.append("  return 0;\n}\n").toString();
  }

  private static List<String> headers() {
    try (Stream<String> lines = Files.lines(Path.of("src/main/jextract/headers.txt"))) {
      return lines
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- tools -----------------------------------------------------------------------------------

  /** Skips the test without a compiler or DPDK's headers; returns the release, such as 22.11. */
  private static String assumeInstalled() {
    assumeTrue(output("gcc", "--version").isPresent(), "gcc is not installed");
    Optional<String> version = output("pkg-config", "--modversion", "libdpdk");
    assumeTrue(version.isPresent(), "DPDK's headers are not installed (libdpdk-dev, pkg-config)");
    return version.orElseThrow().strip().replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  private static void assumeBindingsRelease() {
    String installed = assumeInstalled();
    assumeTrue(
        installed.equals(BINDINGS_RELEASE),
        "the bindings are made from the headers of DPDK "
            + BINDINGS_RELEASE
            + ", but those of "
            + installed
            + " are installed");
  }

  /** What a command prints; empty if there is no such program or it fails. */
  private static Optional<String> output(String... command) {
    try {
      return Optional.of(run(List.of(command)));
    } catch (UncheckedIOException | AssertionError e) {
      return Optional.empty();
    }
  }

  private static String run(List<String> command) {
    try {
      Path out = Files.createTempFile("gatun-layout", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(command.getFirst() + " did not end within 120 s");
        }
        String text = Files.readString(out, UTF_8);
        if (process.exitValue() != 0) {
          String excerpt = text.substring(0, Math.min(2000, text.length()));
          throw new AssertionError(command.getFirst() + " failed: " + excerpt);
        }
        return text;
      } finally {
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
