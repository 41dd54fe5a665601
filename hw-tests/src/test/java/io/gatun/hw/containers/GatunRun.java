package io.gatun.hw.containers;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.containers.Container.ExecResult;

/**
 * A {@code gatun} that runs in a container. Its output goes to files in the shared folder, so that
 * a test can wait for what it says while it runs. Owned by the test's thread.
 */
final class GatunRun {
  /** How long anything may take before the test gives up; nothing is measured by it. */
  private static final int PATIENCE_SECONDS = 60;

  private static final String UNKNOWN_ABI = "of an ABI without an offset table";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final DpdkContainer container;
  private final Path pidFile;
  private final Path out;
  private final Path err;
  private final FutureTask<ExecResult> task;

  private GatunRun(DpdkContainer container, String name, List<String> command) {
    this.container = container;
    this.pidFile = container.share().resolve(name + ".pid");
    this.out = container.share().resolve(name + ".out");
    this.err = container.share().resolve(name + ".err");
    this.task = new FutureTask<>(() -> container.execute(command.toArray(String[]::new)));
  }

  static GatunRun start(DpdkContainer container, List<String> arguments) {
    String name = "gatun-" + COUNT.incrementAndGet();
    String base = DpdkContainer.SHARE + "/" + name;
    List<String> command = new ArrayList<>();
    // The shell, the launcher and java replace each other: one process number for all three.
    command.addAll(List.of("sh", "-c", "echo $$ >$0.pid; exec \"$@\" >$0.out 2>$0.err", base));
    command.add(DpdkContainer.SCRIPTS + "/gatun");
    command.addAll(arguments);
    GatunRun run = new GatunRun(container, name, command);
    Thread.ofVirtual().name(name).start(run.task);
    return run;
  }

  /** Waits until the loops turn: from then on Gatun prints its live table. */
  void awaitForwarding() throws Exception {
    await("the live table", () -> Files.exists(err) && Files.readString(err).contains("lcore"));
  }

  /** Waits until the file is there, such as a socket that a driver listens on. */
  void awaitFile(Path file) throws Exception {
    await(file.toString(), () -> Files.exists(file));
  }

  private void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      if (task.isDone() && !condition.holds()) {
        skipUnknownAbi();
        fail("gatun ended before %s came:%n%s".formatted(what, everything()));
      }
      if (System.nanoTime() > deadline) {
        fail("%s did not come in %d s:%n%s".formatted(what, PATIENCE_SECONDS, everything()));
      }
      Thread.sleep(20);
    }
  }

  /** Asks it to end, as an operator does, and waits for its summary. */
  JsonNode stop() throws Exception {
    if (!task.isDone()) {
      container.run("kill", "-TERM", Files.readString(pidFile).strip());
    }
    return result();
  }

  /** Waits until it ends by itself, in order, and reads the JSON that it has printed last. */
  JsonNode result() throws Exception {
    int exitCode = exitCode();
    skipUnknownAbi();
    if (exitCode != 0) {
      fail("gatun in %s ended with %d:%n%s".formatted(container.image(), exitCode, everything()));
    }
    List<String> lines = Files.readAllLines(out);
    if (lines.isEmpty()) {
      fail("gatun in %s printed nothing:%n%s".formatted(container.image(), everything()));
    }
    return new ObjectMapper().readTree(lines.getLast());
  }

  private int exitCode() throws Exception {
    try {
      return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getExitCode();
    } catch (TimeoutException e) {
      return fail("gatun did not end in %d s:%n%s".formatted(PATIENCE_SECONDS, everything()), e);
    } catch (ExecutionException e) {
      return fail("gatun could not be started in " + container.image(), e);
    }
  }

  /** A DPDK that is newer than Gatun's tables is no failure; the skip names it. */
  private void skipUnknownAbi() throws IOException {
    String messages = Files.exists(err) ? Files.readString(err) : "";
    Assumptions.assumeFalse(messages.contains(UNKNOWN_ABI), container.image() + ": " + messages);
  }

  private String everything() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : List.of(err, out)) {
      if (Files.exists(file)) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }
}
