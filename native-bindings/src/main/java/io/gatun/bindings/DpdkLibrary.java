package io.gatun.bindings;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The DPDK that this process has loaded: where it is, its release, its version string.
 *
 * <p>The dynamic linker finds {@code librte_eal.so.N} for the newest ABI number N that Gatun has a
 * table for; {@code -Dgatun.dpdk.dir=DIR} names another folder. All other libraries are then taken
 * from the same folder, so that two installations never mix, and the version that the library says
 * of itself ({@code rte_version()}) must belong to its soname. Drivers are loaded by EAL itself.
 *
 * <p>Any thread; loaded once and never unloaded.
 */
public final class DpdkLibrary {
  /** System property: the folder that holds librte_eal.so.N, where the linker does not look. */
  public static final String DIRECTORY_PROPERTY = "gatun.dpdk.dir";

  // In the order of their dependencies. Those marked optional are left out of some builds.
  private static final List<String> REQUIRED =
      List.of("eal", "ring", "mempool", "mbuf", "net", "ethdev", "telemetry");
  private static final List<String> OPTIONAL =
      List.of("ip_frag", "gso", "gro", "bpf", "pcapng", "pdump");

  private static final Pattern MAPPED =
      Pattern.compile(".*\\s(/\\S+/librte_eal\\.so\\.(\\d+)\\S*)");
  private static final Pattern SONAME = Pattern.compile("librte_eal\\.so\\.(\\d+)");

  private static @Nullable DpdkLibrary loaded;

  private final DpdkRelease release;
  private final Path directory;
  private final String version;

  private DpdkLibrary(DpdkRelease release, Path directory, String version) {
    this.release = release;
    this.directory = directory;
    this.version = version;
  }

  /**
   * Loads DPDK, or returns the one loaded before.
   *
   * @throws DpdkLibraryException when there is none, or none of a known ABI
   */
  public static synchronized DpdkLibrary load() {
    DpdkLibrary library = loaded;
    if (library == null) {
      library = find();
      loaded = library;
    }
    return library;
  }

  /** The release whose offset table is in use. */
  public DpdkRelease release() {
    return release;
  }

  /** The folder that the libraries were loaded from. */
  public Path directory() {
    return directory;
  }

  /** What {@code rte_version()} says, such as {@code DPDK 22.11.11}. */
  public String version() {
    return version;
  }

  private static DpdkLibrary find() {
    String override = System.getProperty(DIRECTORY_PROPERTY);
    List<DpdkRelease> newestFirst =
        Stream.of(DpdkRelease.values()).sorted(Comparator.reverseOrder()).toList();
    for (DpdkRelease release : newestFirst) {
      Path directory =
          override == null ? askLinker(release) : inDirectory(Path.of(override), release);
      if (directory != null) {
        return loadFrom(directory, release);
      }
    }
    throw new DpdkLibraryException(missing(override));
  }

  private static @Nullable Path inDirectory(Path directory, DpdkRelease release) {
    return Files.exists(directory.resolve(soname("eal", release))) ? directory : null;
  }

  /** Lets dlopen(3) search as it does for any program, then asks the kernel where it was found. */
  private static @Nullable Path askLinker(DpdkRelease release) {
    try {
      SymbolLookup.libraryLookup(soname("eal", release), Arena.global());
    } catch (IllegalArgumentException e) {
      return null;
    }
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        Matcher matcher = MAPPED.matcher(line);
        if (matcher.matches() && matcher.group(2).equals(Integer.toString(release.abi()))) {
          return Path.of(matcher.group(1)).getParent();
        }
      }
    } catch (IOException e) {
      throw new DpdkLibraryException("/proc/self/maps: " + e.getMessage(), e);
    }
    return null;
  }

  private static DpdkLibrary loadFrom(Path directory, DpdkRelease release) {
    for (String name : REQUIRED) {
      Path path = directory.resolve(soname(name, release));
      try {
        System.load(path.toString());
      } catch (UnsatisfiedLinkError e) {
        throw new DpdkLibraryException(
            path + " cannot be loaded (" + e.getMessage() + "): install DPDK completely (dpdk)", e);
      }
    }
    for (String name : OPTIONAL) {
      Path path = directory.resolve(soname(name, release));
      if (Files.exists(path)) {
        System.load(path.toString());
      }
    }
    String version = RteVersion.rte_version();
    if (!version.startsWith("DPDK " + release.version())) {
      throw new DpdkLibraryException(
          "%s says it is \"%s\", but ABI %d belongs to DPDK %s: mixed installations in %s?"
              .formatted(
                  soname("eal", release), version, release.abi(), release.version(), directory));
    }
    return new DpdkLibrary(release, directory, version);
  }

  private static String soname(String library, DpdkRelease release) {
    return "librte_" + library + ".so." + release.abi();
  }

  private static String missing(@Nullable String override) {
    String known =
        Stream.of(DpdkRelease.values())
            .map(r -> r.version() + " (librte_eal.so." + r.abi() + ")")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    List<String> others = unknownAbis(override);
    if (!others.isEmpty()) {
      return "DPDK found, but of an ABI without an offset table: "
          + String.join(", ", others)
          + ". Gatun knows "
          + known
          + ": install one of them, or add a table with scripts/generate-bindings --abi";
    }
    return "DPDK not found"
        + (override == null ? "" : " in " + DIRECTORY_PROPERTY + "=" + override)
        + ". Gatun needs one of "
        + known
        + ": apt-get install dpdk, or name its folder with -D"
        + DIRECTORY_PROPERTY
        + "=DIR (GATUN_JAVA_OPTS)";
  }

  /** Installed DPDKs that no table fits, so that the error can say so. */
  private static List<String> unknownAbis(@Nullable String override) {
    List<Path> folders =
        override != null
            ? List.of(Path.of(override))
            : List.of(
                Path.of("/usr/lib/x86_64-linux-gnu"),
                Path.of("/usr/lib64"),
                Path.of("/usr/local/lib/x86_64-linux-gnu"),
                Path.of("/usr/local/lib64"));
    List<String> found = new ArrayList<>();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (Stream<Path> files = Files.list(folder)) {
        files
            .map(file -> String.valueOf(file.getFileName()))
            .filter(name -> SONAME.matcher(name).matches())
            .sorted()
            .map(name -> folder + "/" + name)
            .forEach(found::add);
      } catch (IOException e) {
        found.add(folder + " (unreadable)");
      }
    }
    return found;
  }
}
