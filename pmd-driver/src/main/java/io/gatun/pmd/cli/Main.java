package io.gatun.pmd.cli;

import io.gatun.bindings.DpdkLibraryException;
import io.gatun.pmd.DpdkException;
import io.gatun.pmd.EalException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import picocli.CommandLine;

/** Entry point of {@code gatun}. */
public final class Main {
  /** Done. */
  public static final int DONE = 0;

  /** Failed; the reason stands on standard error. */
  public static final int FAILED = 1;

  /** Wrong usage. */
  public static final int USAGE = 2;

  @CommandLine.Command(
      name = "gatun",
      synopsisHeading = "Usage: ",
      customSynopsis = "gatun COMMAND [EAL arguments] -- [options]",
      description = "Kernel-bypass networking for the JVM.",
      footer = {
        "",
        "EAL arguments (-l, -a, --vdev, --in-memory, ...) are DPDK's own and handed on as they are.",
        "gatun COMMAND --help explains a command's options."
      })
  private static final class Root {}

  private Main() {}

  public static void main(String[] args) {
    LogSetup.install();
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = FAILED;
    try {
      code = run(args, err);
    } catch (Error e) {
      // The shutdown hook waits for an exit code, so this thread must not die without one.
      e.printStackTrace(err);
    }
    Shutdown.exit(code);
  }

  /** Runs one command line; returns the exit code. */
  static int run(String[] args, PrintWriter err) {
    // Only what is asked for: to read the options of all commands takes longer than many a command.
    CommandLine root = commandLine(name -> args.length == 0 || name.equals(args[0]));
    CommandLine line = args.length == 0 ? null : root.getSubcommands().get(args[0]);
    if (line == null) {
      root = commandLine(name -> true);
    }
    if (args.length == 0 || args[0].equals("--help") || args[0].equals("-h")) {
      root.usage(System.out);
      return args.length == 0 ? USAGE : DONE;
    }
    if (line == null) {
      return usage(
          err,
          "gatun: \"%s\" is not a command; there are %s"
              .formatted(args[0], String.join(", ", root.getSubcommands().keySet())));
    }
    Command command = line.getCommand();
    ArgumentSplit split =
        ArgumentSplit.of(Arrays.asList(args).subList(1, args.length), command.usesEal());
    if (split.helpAsked()) {
      subcommandAsked(line, split.options()).usage(System.out);
      return DONE;
    }
    try {
      root.parseArgs(split.commandLine(args[0]));
      return command.run(split.ealArguments());
    } catch (CommandLine.ParameterException | UsageException e) {
      return usage(err, "gatun " + args[0] + ": " + oneLine(e));
    } catch (IllegalArgumentException e) {
      // Checks of the library name the value and the range: the user gave the value.
      return usage(err, "gatun " + args[0] + ": " + oneLine(e));
    } catch (EalException | DpdkException | DpdkLibraryException e) {
      err.println("gatun " + args[0] + ": " + oneLine(e));
      return FAILED;
    } catch (Exception e) {
      err.println("gatun " + args[0] + ": " + describe(e));
      LogSetup.debug(e);
      return FAILED;
    }
  }

  /** For help on {@code vf set}: the words before the options name a command in a command. */
  private static CommandLine subcommandAsked(CommandLine line, List<String> words) {
    CommandLine asked = line;
    for (String word : words) {
      asked = asked.getSubcommands().getOrDefault(word, asked);
    }
    return asked;
  }

  /** The command line with every command that the module path has. */
  static CommandLine commandLine() {
    return commandLine(name -> true);
  }

  /** The command line with those commands of the module path whose names are wanted. */
  private static CommandLine commandLine(Predicate<String> wanted) {
    CommandLine root = new CommandLine(new Root());
    for (Command command : ServiceLoader.load(Command.class)) {
      CommandLine.Command annotation = command.getClass().getAnnotation(CommandLine.Command.class);
      if (annotation == null || !wanted.test(annotation.name())) {
        continue;
      }
      CommandLine line = new CommandLine(command);
      if (command instanceof PortsCommand ports) {
        ports.sections().forEach(section -> line.addMixin(section.key(), section));
      }
      line.setCaseInsensitiveEnumValuesAllowed(true);
      if (command.usesEal()) {
        line.getCommandSpec()
            .usageMessage()
            .customSynopsis("gatun " + line.getCommandName() + " [EAL arguments] -- [options]");
      }
      root.addSubcommand(line);
    }
    return root;
  }

  /** Picocli's and our usage errors alike. */
  private static int usage(PrintWriter err, String message) {
    err.println(message);
    return USAGE;
  }

  private static String describe(Exception e) {
    String message = oneLine(e);
    boolean speaks =
        e instanceof IllegalStateException
            || e instanceof UnsupportedOperationException
            || e.getClass() == IOException.class;
    return speaks ? message : e.getClass().getSimpleName() + ": " + message;
  }

  private static String oneLine(Exception e) {
    String message = e.getMessage();
    return message == null ? e.toString() : String.join(" ", List.of(message.split("\\s*\\R\\s*")));
  }
}
