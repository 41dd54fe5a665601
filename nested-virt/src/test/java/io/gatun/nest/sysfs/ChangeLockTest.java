package io.gatun.nest.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes, of which one holds the lock. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChangeLockTest {
  private static final String LOCKED = "locked";

  @TempDir Path root;

  private static HostTree tree(Path root) {
    return new HostTree(root, (file, text) -> Files.writeString(file, text));
  }

  /** The other process: holds the lock until its standard input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (ChangeLock _ = ChangeLock.await(tree(Path.of(arguments[0])), () -> false, _ -> {})) {
        System.out.println(LOCKED);
        while (System.in.read() >= 0) {
          // Until it ends.
        }
      }
    }
  }

  private Process startHolder() throws IOException {
    List<String> paths =
        Stream.of("java.class.path", "jdk.module.path", "surefire.test.class.path")
            .map(System::getProperty)
            .filter(Objects::nonNull)
            .toList();
    String here =
        ChangeLockTest.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> line = new ArrayList<>(List.of(java, "-Xshare:auto", "-cp"));
    line.add(here + File.pathSeparator + String.join(File.pathSeparator, paths));
    line.addAll(List.of(Holder.class.getName(), root.toString()));
    Process holder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo(LOCKED);
    return holder;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theOtherIsNamedAndWaitedForHoweverItEnds(boolean killed) throws Exception {
    Process holder = startHolder();
    List<String> told = new ArrayList<>();
    ChangeLock lock =
        ChangeLock.await(
            tree(root),
            () -> false,
            text -> {
              told.add(text);
              if (killed) {
                holder.destroyForcibly();
              } else {
                close(holder);
              }
            });
    try (lock) {
      assertThat(told).containsExactly(waitingFor(holder.pid()));
      assertThat(holder.waitFor()).isEqualTo(killed ? 128 + 9 : 0);
      assertThat(root.resolve("run/gatun-vf.lock"))
          .hasContent(Long.toString(ProcessHandle.current().pid()));
    }
  }

  private static String waitingFor(long pid) {
    return "waiting for process " + pid + ", which changes functions";
  }

  private static void close(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSignalEndsTheWait() throws IOException {
    try (ChangeLock _ = ChangeLock.await(tree(root), () -> true, _ -> {})) {
      assertThatThrownBy(() -> ChangeLock.await(tree(root), () -> true, _ -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("stopped by a signal");
    }
    ChangeLock.await(tree(root), () -> true, _ -> {}).close();
  }
}
