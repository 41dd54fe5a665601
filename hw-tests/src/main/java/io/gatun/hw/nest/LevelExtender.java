package io.gatun.hw.nest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.hw.qemu.GuestCommand;
import io.gatun.hw.qemu.GuestException;
import io.gatun.hw.qemu.GuestGatun;
import io.gatun.hw.qemu.InnerMachine;
import io.gatun.hw.qemu.QemuGuest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code gatun nest extender} or {@code gatun nest guest} in a level. Used by one thread. */
public final class LevelExtender {
  /** Where a machine's extender speaks with the level around it. */
  public static final String OUTWARDS = "/dev/virtio-ports/io.gatun.extender";

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final NestLevel level;
  private final GuestCommand command;
  private int saidBefore;

  private LevelExtender(NestLevel level, GuestCommand command) {
    this.level = level;
    this.command = command;
  }

  /**
   * Starts it.
   *
   * @param kind extender or guest
   * @param config its file, without what is the same everywhere: level, journal and control
   */
  public static LevelExtender start(NestLevel level, String kind, ObjectNode config) {
    String name = "nest-%d.yaml".formatted(NUMBER.incrementAndGet());
    ObjectNode all = config.deepCopy();
    all.put("level", level.name());
    all.put("journal", journal());
    all.put("control", control());
    try {
      // JSON is YAML, too.
      Files.writeString(level.shell().share().resolve(name), all.toPrettyString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new LevelExtender(
        level, gatun(level, "nest", kind, "--config", QemuGuest.SHARE + "/" + name));
  }

  private static GuestCommand gatun(NestLevel level, String command, String... arguments) {
    List<String> line = GuestGatun.commandLine(command);
    line.addAll(List.of(arguments));
    return level.shell().start(line.toArray(String[]::new));
  }

  private static String journal() {
    return InnerMachine.SOCKETS.resolve("journal").toString();
  }

  private static String control() {
    return InnerMachine.SOCKETS.resolve("control").toString();
  }

  /** The level that it runs in. */
  public NestLevel level() {
    return level;
  }

  /** Its process, whose standard error has a line for each change of a lease. */
  public GuestCommand command() {
    return command;
  }

  /** What it has said since this was asked last, without its name. */
  List<String> news() {
    String all = command.errors();
    int end = all.lastIndexOf('\n') + 1;
    List<String> lines = new ArrayList<>();
    all.substring(saidBefore, end)
        .lines()
        .forEach(line -> lines.add(line.replaceFirst("^gatun nest \\w+: ", "")));
    saidBefore = end;
    return lines;
  }

  /** Waits until it works; before, a signal would end it as any JVM that is starting. */
  public LevelExtender awaitUp() {
    awaitSaid(level.name() + " is up");
    return this;
  }

  /** Waits until it has said something, now or before. */
  public void awaitSaid(String text) {
    command.await(level.name() + " to say \"" + text + "\"", () -> command.errors().contains(text));
  }

  /** What {@code gatun nest status} says. */
  public JsonNode status() {
    return gatun(level, "nest", "status", "--control", control(), "--json").json();
  }

  /**
   * The newest lease in its journal, as a restart of it would read it: quicker than {@link #status}
   * where starting a JVM takes long.
   */
  JsonNode newestLease() {
    String journal = level.shell().run("cat", journal());
    String line = journal.lines().filter(one -> one.contains("{\"lease\"")).toList().getLast();
    try {
      return new ObjectMapper().readTree(line.substring(line.indexOf('{'))).path("lease");
    } catch (IOException e) {
      throw new GuestException("journal: " + line, e);
    }
  }

  /**
   * {@code gatun nest release}: takes an interface back from a machine. Ends when it is back.
   *
   * @param name as this level calls it
   */
  public GuestCommand startRelease(String machine, String name) {
    return gatun(level, "nest", "release", "--control", control(), machine, name);
  }

  /** Ends it in order; a guest's gives everything back first. */
  public void stop() {
    command.signal("TERM");
    int status = command.exitStatus();
    if (status != 0) {
      throw new GuestException(
          "%s: gatun nest ended with %d: %s".formatted(level.name(), status, command.errors()));
    }
  }

  /** The last line of JSON that the guest's program printed. */
  JsonNode summary() {
    List<String> lines = command.output().lines().filter(line -> line.startsWith("{")).toList();
    try {
      return new ObjectMapper().readTree(lines.isEmpty() ? "null" : lines.getLast());
    } catch (IOException e) {
      throw new GuestException("no JSON: " + command.output(), e);
    }
  }
}
