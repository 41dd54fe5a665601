package io.gatun.hw.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Starts the distribution in a guest, with this test's JDK. An emulated processor is some twenty
 * times slower than a real one: an AOT cache, made on this machine, saves it a third of the start,
 * and C1 alone is quicker with code that runs for seconds.
 */
public final class GuestGatun {
  /** The jars of the distribution: the one under test, or else the one that this runs from. */
  public static final Path LIBRARY =
      Path.of(System.getProperty("gatun.lib", System.getProperty("jdk.module.path", "")))
          .toAbsolutePath();

  private static final Path TEST_CLASSES = LIBRARY.resolveSibling("../test-classes").normalize();
  private static final Path AOT_CACHE = LIBRARY.resolveSibling("guest.aot");

  private static final List<String> MAIN =
      List.of(
          "--enable-native-access=io.gatun.bindings",
          "--module-path",
          LIBRARY.toString(),
          "--add-modules",
          "ALL-MODULE-PATH",
          "-m",
          "io.gatun.pmd/io.gatun.pmd.cli.Main");

  private static final String TUNNEL = "to=erspan2:local=192.0.2.1,remote=192.0.2.2,session=1";

  private GuestGatun() {}

  /**
   * Starts {@code gatun}.
   *
   * @param command its command, such as {@code forward}
   * @param options what follows the EAL arguments
   */
  public static GuestCommand start(QemuGuest guest, String command, String... options) {
    return start(guest, List.of(), command, options);
  }

  /**
   * Starts {@code gatun} with further arguments for EAL.
   *
   * @param eal what follows {@link #ealArguments}, such as {@code -a} and a PCI address
   */
  public static GuestCommand start(
      QemuGuest guest, List<String> eal, String command, String... options) {
    List<String> line = commandLine(command);
    line.addAll(ealArguments());
    line.addAll(eal);
    line.add("--");
    line.addAll(List.of(options));
    return guest.start(line.toArray(String[]::new));
  }

  /** Starts a command of {@code gatun} that needs no EAL, such as {@code vf}. */
  public static GuestCommand startWithoutEal(QemuGuest guest, String command, String... options) {
    List<String> line = commandLine(command);
    line.addAll(List.of(options));
    return guest.start(line.toArray(String[]::new));
  }

  /**
   * What starts a command of {@code gatun} in a guest; the AOT cache lies beside the jars.
   *
   * @param command its command, such as {@code forward}
   */
  public static List<String> commandLine(String command) {
    List<String> line = java("-XX:AOTCache=" + aotCache());
    // The cache also holds profiles, for compilers that do not run here.
    line.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTReplayTraining"));
    line.addAll(MAIN);
    line.add(command);
    return line;
  }

  /**
   * Starts the main class of a test in the guest, with the distribution's jars: fewer to open, over
   * 9p, than this test's class path has.
   */
  public static GuestCommand startClass(QemuGuest guest, Class<?> main, String... arguments) {
    List<String> line = java("--enable-native-access=ALL-UNNAMED");
    line.addAll(List.of("-cp", TEST_CLASSES + ":" + LIBRARY + "/*", main.getName()));
    line.addAll(List.of(arguments));
    return guest.start(line.toArray(String[]::new));
  }

  private static List<String> java(String option) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> line = new ArrayList<>(List.of(java, "-XX:+UseSerialGC"));
    // Vector instructions take the emulator longer than what they replace, and it translates anew
    // what the JVM compiles: that is worth it for loops only.
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:CompileThresholdScaling=20"));
    line.addAll(List.of("-XX:UseAVX=0", option));
    return line;
  }

  /** A main lcore and a worker that share the only CPU, and memory of their own. */
  public static List<String> ealArguments() {
    return List.of("--lcores=0@0,1@0", "--in-memory", "--iova-mode=va");
  }

  /** Made again when a jar is newer: the JVM would refuse it. */
  private static synchronized Path aotCache() {
    try {
      if (!Files.exists(AOT_CACHE) || newestJar().compareTo(modified(AOT_CACHE)) > 0) {
        makeAotCache();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return AOT_CACHE;
  }

  private static FileTime newestJar() throws IOException {
    try (Stream<Path> jars = Files.list(LIBRARY)) {
      return jars.map(GuestGatun::modified).max(FileTime::compareTo).orElseThrow();
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trains on a mirror between ports that need no hardware: forwarding is part of it. */
  private static void makeAotCache() throws IOException {
    Files.deleteIfExists(AOT_CACHE);
    List<String> line = java("-XX:AOTCacheOutput=" + AOT_CACHE);
    line.addAll(MAIN);
    line.addAll(List.of("mirror", "--no-pci", "--in-memory", "-m", "64"));
    line.addAll(List.of("--vdev=net_null0", "--vdev=net_null1", "--vdev=net_null2", "--"));
    line.addAll(List.of("--ports=0-1", "--session=source=0:rx source=1:tx to=port:2 " + TUNNEL));
    line.addAll(List.of("--seconds=0.5", "--json"));
    Process training = new ProcessBuilder(line).redirectErrorStream(true).start();
    try (InputStream output = training.getInputStream()) {
      training.getOutputStream().close();
      String said = new String(output.readAllBytes(), UTF_8);
      if (training.waitFor() != 0 || !Files.exists(AOT_CACHE)) {
        throw new GuestException("no AOT cache: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GuestException("interrupted", e);
    } finally {
      training.destroyForcibly();
    }
  }
}
