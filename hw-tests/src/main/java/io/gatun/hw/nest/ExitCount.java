package io.gatun.hw.nest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often guests leave their processor for their hypervisors, in spells of silence and of traffic
 * in turn: where no hypervisor has a part in the traffic, both take as many exits. KVM counts them
 * in debugfs, and so it counts the two commands that read the counter, in silence and traffic
 * alike.
 */
public final class ExitCount {
  private static final String COUNTER = "/sys/kernel/debug/kvm/exits";

  /**
   * What came of it in one hypervisor.
   *
   * @param silence median of the exits in a spell of silence
   * @param traffic median of the exits in a spell of traffic
   * @param frames median of the frames that came back in a spell of traffic
   * @param interrupts of VFIO's functions in all spells
   */
  public record Result(long silence, long traffic, long frames, long interrupts) {
    /** Whether the difference is below 10 % and below one exit for 10 frames. */
    public boolean isFlat() {
      long difference = Math.abs(traffic - silence);
      return difference * 10 < silence && difference * 10 < frames;
    }
  }

  private final List<NestLevel> hypervisors;
  private final Map<String, List<Long>> silence = new LinkedHashMap<>();
  private final Map<String, List<Long>> traffic = new LinkedHashMap<>();
  private final List<Long> frames = new ArrayList<>();

  private ExitCount(List<NestLevel> hypervisors) {
    this.hypervisors = hypervisors;
    for (NestLevel level : hypervisors) {
      silence.put(level.name(), new ArrayList<>());
      traffic.put(level.name(), new ArrayList<>());
    }
  }

  /**
   * Counts.
   *
   * @param hypervisors from the outermost on
   * @param spells of silence, and as many of traffic
   * @param length of a spell
   * @return by the hypervisor's name
   */
  public static Map<String, Result> of(
      List<NestLevel> hypervisors, EchoPeer peer, int spells, Duration length) {
    ExitCount count = new ExitCount(hypervisors);
    hypervisors.forEach(level -> level.shell().run("mount", "-t", "debugfs", "debugfs", DEBUG));
    Map<String, Long> before = count.interrupts();
    for (int spell = 0; spell < spells; spell++) {
      count.spell(count.silence, () -> sleep(length));
      count.spell(count.traffic, () -> count.frames.add((long) peer.exchange(length)));
    }
    Map<String, Long> after = count.interrupts();
    hypervisors.forEach(level -> level.shell().run("umount", DEBUG));
    Map<String, Result> results = new LinkedHashMap<>();
    for (NestLevel level : hypervisors) {
      String name = level.name();
      results.put(
          name,
          new Result(
              median(count.silence.getOrDefault(name, List.of())),
              median(count.traffic.getOrDefault(name, List.of())),
              median(count.frames),
              after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L)));
    }
    return results;
  }

  private static final String DEBUG = "/sys/kernel/debug";

  private void spell(Map<String, List<Long>> into, Runnable what) {
    Map<String, Long> before = exits();
    what.run();
    exits()
        .forEach(
            (name, exits) ->
                into.getOrDefault(name, new ArrayList<>())
                    .add(exits - before.getOrDefault(name, 0L)));
  }

  private Map<String, Long> exits() {
    Map<String, Long> exits = new LinkedHashMap<>();
    // From the inside out: reading inside makes exits outside.
    for (NestLevel level : hypervisors.reversed()) {
      exits.put(level.name(), Long.parseLong(level.shell().run("cat", COUNTER).strip()));
    }
    return exits;
  }

  /** Interrupts of devices that VFIO holds. */
  private Map<String, Long> interrupts() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (NestLevel level : hypervisors) {
      long sum = 0;
      for (String line : level.shell().run("cat", "/proc/interrupts").lines().toList()) {
        String[] words = line.strip().split("\\s+", -1);
        if (line.contains("vfio")) {
          sum += Long.parseLong(words[1]); // there is one processor
        }
      }
      all.put(level.name(), sum);
    }
    return all;
  }

  private static long median(List<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** A spell of silence has a length, for nothing happens in it that could be awaited. */
  private static void sleep(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
