package io.gatun.pmd.run;

import io.gatun.pmd.Eal;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.Shutdown;
import io.gatun.pmd.session.PortSession;
import io.gatun.pmd.session.SessionControl;
import io.gatun.pmd.session.SessionOptions;
import io.gatun.pmd.session.SessionSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code gatun run}. */
@CommandLine.Command(
    name = "run",
    description = {
      "Run what a YAML file composes of ports, tunnels and stages; docs/run.md explains it.",
      "Options below override the file's section \"session\"."
    },
    sortOptions = false)
public final class RunCommand implements Command {
  private static final String COMMAND = "command";
  private static final String PORTS = "ports";
  private static final String SESSION = "session";

  @CommandLine.Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "The file")
  private @Nullable Path config;

  @CommandLine.Mixin private final SessionOptions options = new SessionOptions();

  @CommandLine.Spec private @Nullable CommandSpec spec;

  /** For ServiceLoader. */
  public RunCommand() {}

  @Override
  public boolean usesEal() {
    return true;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    if (config == null) {
      throw new IllegalStateException("picocli lets nobody through without --config");
    }
    ConfigNode file = YamlReader.read(config);
    Map<String, RunSection> sections = sections();
    file.allow(keys(sections));
    file.find(SESSION)
        .ifPresent(node -> new SessionReader(node, this::isOnCommandLine).into(options));
    options.check();
    ConfigNode portsNode = file.required(PORTS);
    Shutdown.Request shutdown = Shutdown.install();
    try (Eal eal = Eal.start(ealArguments)) {
      PortSession.requireSome(eal.ports(), eal.workers());
      PortSession session = new PortSession(eal, options);
      SessionControl control = new SessionControl("run", eal, session, options);
      RunContext context =
          new RunContext(
              eal, options, session, control, new PortsReader(eal, options).read(portsNode));
      compose(file, sections, context);
      Map<String, Object> values = new LinkedHashMap<>();
      values.put(COMMAND, "run");
      values.putAll(control.run(shutdown).values());
      values.putAll(context.summary());
      System.out.println(options.json ? Json.text(values) : SessionSummary.text(COMMAND, values));
    }
    return Main.DONE;
  }

  private static void compose(
      ConfigNode file, Map<String, RunSection> sections, RunContext context) {
    for (RunSection section : sections.values()) {
      file.find(section.key()).ifPresent(node -> context.configure(section, node));
    }
    context.makeReady();
    if (!context.hasWorkers()) {
      throw file.error("nothing is to be done: add one of " + String.join(", ", sections.keySet()));
    }
    for (String name : context.unclaimedPorts()) {
      System.err.println("gatun run: no section uses port \"" + name + "\"");
    }
  }

  /** By key, so that neither the file's order nor ServiceLoader's matters. */
  private static Map<String, RunSection> sections() {
    Map<String, RunSection> sections = new TreeMap<>();
    for (RunSection section : ServiceLoader.load(RunSection.class)) {
      sections.put(section.key(), section);
    }
    return sections;
  }

  private static List<String> keys(Map<String, RunSection> sections) {
    List<String> keys = new ArrayList<>(List.of(PORTS, SESSION));
    keys.addAll(sections.keySet());
    return keys;
  }

  private boolean isOnCommandLine(String option) {
    return spec != null && spec.commandLine().getParseResult().hasMatchedOption(option);
  }
}
