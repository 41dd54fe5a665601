package io.gatun.hw.gateway;

import io.gatun.hw.tool.Tool;
import java.util.ArrayList;
import java.util.List;

/** A network namespace of this test's own; what is in it goes with it. */
final class Namespace implements AutoCloseable {
  private final String name;

  private Namespace(String name) {
    this.name = name;
  }

  static Namespace make(String name) {
    Tool.run("ip", "netns", "add", name).orFail();
    Namespace namespace = new Namespace(name);
    namespace.ip("link set lo up");
    return namespace;
  }

  /** Runs {@code ip} in it, with arguments that have blanks between them. */
  void ip(String arguments) {
    List<String> line = new ArrayList<>(List.of("ip", "-n", name));
    line.addAll(List.of(arguments.split(" ", -1)));
    Tool.run(line.toArray(String[]::new)).orFail();
  }

  /** Gives it an interface; a driver that has it open keeps it. */
  void take(String device) {
    Tool.run("ip", "link", "set", device, "netns", name).orFail();
  }

  /** Runs a program in it. */
  Tool.Result run(String... command) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
    line.addAll(List.of(command));
    return Tool.run(line.toArray(String[]::new));
  }

  /** Starts a program in it. */
  ProcessBuilder start(String... command) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
    line.addAll(List.of(command));
    return new ProcessBuilder(line).redirectErrorStream(true);
  }

  @Override
  public void close() {
    Tool.run("ip", "netns", "delete", name).orFail();
  }
}
