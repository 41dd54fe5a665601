package io.gatun.hw.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.classfile.ClassModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing on the data path allocates, locks, logs or blocks. */
class DataPathTest {
  private static final String CONTROL = "control plane: makes the object, before the loop starts";
  private static final String CHANGED =
      "cold: makes a segment when a driver has changed its function, not per burst";
  private static final String GENERATED =
      "jextract's wrapper: one downcall; the rest runs only when calls are traced or a descriptor"
          + " is wrong";

  /** What the data path reaches and is not held to the rule, each with its reason. */
  private static final Map<String, String> EXEMPTIONS =
      Map.ofEntries(
          Map.entry("io.gatun.pmd.Burst.allocate", CONTROL),
          Map.entry(
              "io.gatun.offload.plan.selftest.SelfTest$Worker.doWork",
              "control plane on an lcore: a self-test sends frames of its own, and no traffic"),
          Map.entry("io.gatun.pmd.RxQueue.remember", CHANGED),
          Map.entry("io.gatun.pmd.TxQueue.rememberBurst", CHANGED),
          Map.entry("io.gatun.pmd.TxQueue.rememberPrepare", CHANGED),
          Map.entry("io.gatun.pmd.TxQueue.rememberStatus", CHANGED),
          Map.entry(
              "io.gatun.pmd.IdleStrategy$Backoff.idle"
                  + " -> java.util.concurrent.locks.LockSupport.parkNanos",
              "sleeps when nothing arrives, as the user asked"),
          Map.entry(
              "io.gatun.bindings.NativeSymbols.impossible",
              "an error that only a wrong descriptor causes; it ends the loop"),
          Map.entry("io.gatun.bindings.gen.Dpdk.rte_eth_get_monitor_addr", GENERATED),
          Map.entry("io.gatun.bindings.gen.Dpdk.rte_eth_tx_done_cleanup", GENERATED),
          Map.entry("io.gatun.bindings.gen.Dpdk_1.rte_power_monitor", GENERATED),
          Map.entry("io.gatun.bindings.gen.Dpdk_1.rte_power_pause", GENERATED));

  private static final Map<String, ClassModel> GATUN = withoutBenchmarks();

  /** Statements with what the rule must say of each. */
  private static final List<Map.Entry<String, String>> HARMFUL =
      List.of(
          Map.entry("new Object();", "allocates java.lang.Object"),
          Map.entry("keep = new byte[4];", "allocates an array of byte"),
          Map.entry("keep = new Object[4];", "allocates an array of java.lang.Object"),
          Map.entry("keep = new int[2][2];", "allocates [[I"),
          Map.entry("keep = (Runnable) () -> mark(number);", "uses invokedynamic"),
          Map.entry("keep = (Runnable) this::two;", "uses invokedynamic"),
          Map.entry("keep = \"a\" + number;", "uses invokedynamic"),
          Map.entry("synchronized (this) { number++; }", "locks a monitor"),
          Map.entry("locked();", "Canary.locked is synchronized"),
          Map.entry("foreign();", "Canary.foreign is native"),
          Map.entry("keep = number;", "boxes: java.lang.Integer.valueOf"),
          Map.entry("keep = 4L;", "boxes: java.lang.Long.valueOf"),
          Map.entry("keep = true;", "boxes: java.lang.Boolean.valueOf"),
          Map.entry("keep = java.util.stream.IntStream.empty();", "uses a stream"),
          Map.entry("keep = java.util.Optional.empty();", "uses Optional"),
          Map.entry("keep = String.format(\"x\", NOTHING);", "formats text"),
          Map.entry("keep = \"x\".formatted(NOTHING);", "formats text"),
          Map.entry(
              "LOG.log(System.Logger.Level.INFO, \"\");", "logs: java.lang.System$Logger.log"),
          Map.entry("System.out.println();", "prints: java.io.PrintStream.println"),
          Map.entry("keep = java.lang.foreign.Arena.global();", "uses an arena"),
          Map.entry("keep = SEGMENT.asSlice(0);", "makes a memory segment"),
          Map.entry(
              "keep = java.lang.foreign.MemorySegment.ofAddress(0);", "makes a memory segment"),
          Map.entry("keep = SEGMENT.reinterpret(8);", "makes a memory segment"),
          Map.entry("java.util.concurrent.locks.LockSupport.park();", "may block"),
          Map.entry("Thread.sleep(1);", "may block"),
          Map.entry("wait();", "may block"),
          Map.entry("keep = list.iterator();", "calls java.util.List.iterator"),
          Map.entry("varargs(1, 2);", "allocates an array of int"),
          Map.entry("keep = Thread.State.values();", "calls java.lang.Thread$State.values"),
          Map.entry("keep = HANDLE.invoke();", "calls java.lang.invoke.MethodHandle.invoke,"),
          Map.entry("one();", "Canary.two:"),
          Map.entry("stage.process(null);", "Canary$Stage.process:"));

  private static final List<String> HARMLESS =
      List.of(
          "; // nothing",
          "number = Math.max(number, Integer.reverseBytes(4));",
          "for (int i = 0; i < 4; i++) { mark(i); }",
          "VAR.setOpaque(this, number + 1);",
          "number = (int) HANDLE.invokeExact();",
          "number = SEGMENT.get(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, 0);",
          "io.gatun.bindings.Memory.putLong(0L, io.gatun.bindings.Memory.getLong(0L));",
          "number = switch (Thread.State.NEW.ordinal()) { case 1 -> 2; default -> 3; };");

  /** The canaries' classes, each in a package of its own. */
  private static Map<String, ClassModel> canaries = Map.of();

  @BeforeAll
  static void compileCanaries(@TempDir Path directory) {
    List<String> sources = new ArrayList<>();
    for (int i = 0; i < HARMFUL.size(); i++) {
      sources.add(canary("harmful" + i, "@DataPath", HARMFUL.get(i).getKey()));
    }
    for (int i = 0; i < HARMLESS.size(); i++) {
      sources.add(canary("harmless" + i, "@DataPath", HARMLESS.get(i)));
    }
    sources.add(canary("unmarked", "", "keep = new byte[4];"));
    sources.add(canary("exempt", "@DataPath", "one(); Thread.sleep(1);"));
    sources.add(
        """
        package io.gatun.mirror.marked;
        @io.gatun.pmd.DataPath
        class Canary {
          final byte[] made = new byte[4];
          static final Object CONSTANT = new Object();
          Object get() { return new Object(); }
        }
        """);
    sources.add(
        """
        package io.gatun.mirror.inherited;
        class Canary extends Parent implements Loop {}
        class Parent { public void turn() { new Object(); } }
        interface Loop { @io.gatun.pmd.DataPath void turn(); }
        """);
    new Canary(directory).compile(sources.toArray(String[]::new));
    canaries = ClassFiles.models(directory);
  }

  @Test
  void nothingOnTheDataPathAllocatesOrBlocks() {
    DataPathRule rule = new DataPathRule(GATUN, GATUN.values(), EXEMPTIONS);

    assertThat(rule.violations()).isEmpty();
    assertThat(rule.uselessExemptions()).isEmpty();
    assertThat(rule.methods())
        .contains(
            "io.gatun.pmd.PollLoop.turn",
            "io.gatun.pmd.RxQueue.receive",
            "io.gatun.pmd.MempoolCache.free",
            "io.gatun.pmd.Mbuf.prepend",
            "io.gatun.pmd.IdleStrategy$Backoff.idle",
            // Reached by calls only: through Agent.doWork, PacketStage.process, and into bindings.
            "io.gatun.pmd.forward.ForwardStream.doWork",
            "io.gatun.pmd.forward.MacSwapStage.process",
            "io.gatun.mirror.engine.EgressTap.transmit",
            "io.gatun.mirror.engine.IngressTap.receive",
            "io.gatun.mirror.engine.DropTap.drop",
            "io.gatun.mirror.engine.MirrorEngine.turnOnce",
            "io.gatun.mirror.engine.Lane.prepare",
            "io.gatun.mirror.engine.DirectLane.mirror",
            "io.gatun.bindings.FastPath.burst",
            "io.gatun.bindings.Memory.getLong");
  }

  /** Agents of hw-tests only turn what is measured; nobody's packets pass them. */
  private static Map<String, ClassModel> withoutBenchmarks() {
    Map<String, ClassModel> classes = ClassFiles.modelsOfGatun();
    classes.keySet().removeIf(name -> name.startsWith("io/gatun/hw/"));
    return classes;
  }

  static Stream<Arguments> harmful() {
    return IntStream.range(0, HARMFUL.size())
        .mapToObj(i -> arguments(i, HARMFUL.get(i).getKey(), HARMFUL.get(i).getValue()));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("harmful")
  void harmIsRejected(int number, String statement, String expected) {
    DataPathRule rule = rule("harmful" + number, Map.of());

    assertThat(rule.violations()).as(statement).hasSize(1).first().asString().contains(expected);
  }

  static Stream<Arguments> harmless() {
    return IntStream.range(0, HARMLESS.size()).mapToObj(i -> arguments(i, HARMLESS.get(i)));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("harmless")
  void harmlessCodeIsAccepted(int number, String statement) {
    DataPathRule rule = rule("harmless" + number, Map.of());

    assertThat(rule.violations()).as(statement).isEmpty();
    assertThat(rule.methods()).contains("io.gatun.mirror.harmless" + number + ".Canary.run");
  }

  @Test
  void aMarkOnTheClassCountsForItsMethods() {
    assertThat(rule("marked", Map.of()).violations())
        .containsExactly("io.gatun.mirror.marked.Canary.get:6 allocates java.lang.Object");
  }

  @Test
  void aMarkOnAnInterfaceCountsForItsImplementations() {
    assertThat(rule("inherited", Map.of()).violations())
        .hasSize(1)
        .first()
        .asString()
        .contains("Parent.turn:3");
  }

  @Test
  void whatCarriesNoMarkIsFree() {
    assertThat(rule("unmarked", Map.of()).violations()).isEmpty();
  }

  @Test
  void exemptionsAreCountedAndMissedOnesToo() {
    Map<String, String> exemptions =
        Map.of(
            "io.gatun.mirror.exempt.Canary.one", "a method",
            "io.gatun.mirror.exempt.Canary.run -> java.lang.Thread.sleep", "a call",
            "io.gatun.mirror.exempt.Canary.gone", "nobody calls it");
    DataPathRule rule = rule("exempt", exemptions);

    assertThat(rule.violations()).isEmpty();
    assertThat(rule.uselessExemptions()).containsExactly("io.gatun.mirror.exempt.Canary.gone");
  }

  /** The canary of one package among the classes of Gatun. */
  private static DataPathRule rule(String name, Map<String, String> exemptions) {
    Map<String, ClassModel> mine = new TreeMap<>(canaries);
    mine.keySet().removeIf(type -> !type.startsWith("io/gatun/mirror/" + name + "/"));
    Map<String, ClassModel> all = new TreeMap<>(GATUN);
    all.putAll(mine);
    return new DataPathRule(all, mine.values(), exemptions);
  }

  private static String canary(String name, String mark, String statement) {
    return """
    package io.gatun.mirror.%s;
    import io.gatun.pmd.DataPath;
    abstract class Canary {
      static final Object[] NOTHING = {};
      static final System.Logger LOG = null;
      static final java.lang.foreign.MemorySegment SEGMENT = null;
      static final java.lang.invoke.MethodHandle HANDLE = null;
      static final java.lang.invoke.VarHandle VAR = null;
      java.util.List<Object> list;
      io.gatun.pmd.PacketStage stage;
      Object keep;
      int number;
      %s void run() throws Throwable {
        %s
      }
      void one() { two(); }
      void two() { keep = new Object(); }
      synchronized void locked() {}
      native void foreign();
      static void mark(int i) {}
      static void varargs(int... i) {}
      static class Stage implements io.gatun.pmd.PacketStage {
        public String name() { return null; }
        public int process(io.gatun.pmd.Burst b) { new Object(); return 0; }
      }
    }
    """
        .formatted(name, mark, statement);
  }
}
