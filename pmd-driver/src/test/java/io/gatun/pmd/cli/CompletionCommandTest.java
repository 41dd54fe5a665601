package io.gatun.pmd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lets bash itself read the script and complete with it. */
class CompletionCommandTest {
  // Does what readline does on TAB: words, the last of them under the cursor, then the function
  // that was registered for the program's name.
  private static final String PRESS_TAB =
      """
      . "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
      [[ $(complete -p gatun) =~ -F\\ ([a-z_]+) ]] || exit 3
      ${BASH_REMATCH[1]} 2>/dev/null
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir Path folder;
  private Path script;

  @BeforeEach
  void writeScript() throws Exception {
    try (CommandServices services = new CommandServices(folder)) {
      assertThat(services).isNotNull();
      script =
          Files.writeString(folder.resolve("gatun"), CompletionCommand.script(Main.commandLine()));
    }
  }

  @Test
  void bashCanReadTheScript() throws Exception {
    assertThat(bash("-n", script.toString())).isEmpty();
  }

  @Test
  void canaryBashRejectsABrokenScript() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken"), Files.readString(script) + "if (");
    assertThat(bash("-n", broken.toString())).isNotEmpty();
  }

  @Test
  void offersTheCommands() throws Exception {
    assertThat(pressTab("gatun", "")).contains("forward", "ports", "doctor", "completion");
    assertThat(pressTab("gatun", "doc")).containsExactly("doctor");
  }

  @Test
  void offersTheOptionsBehindTheDashes() throws Exception {
    assertThat(pressTab("gatun", "forward", "-l", "0-1", "--", "--"))
        .contains("--mode", "--ports", "--burst", "--json")
        .doesNotContain("--vdev");
    assertThat(pressTab("gatun", "forward", "--vdev", "=", "net_tap0", "--", "--json", "--mo"))
        .containsExactly("--mode");
    assertThat(pressTab("gatun", "ports", "--", "--j")).containsExactly("--json");
  }

  @Test
  void offersValuesAsTheyAreTyped() throws Exception {
    assertThat(pressTab("gatun", "forward", "--", "--mode", "mac"))
        .containsExactlyInAnyOrder("mac", "macswap");
    assertThat(pressTab("gatun", "completion", "")).containsExactlyInAnyOrder("bash", "zsh");
  }

  @Test
  void offersEalArgumentsBeforeTheDashes() throws Exception {
    assertThat(pressTab("gatun", "forward", "--"))
        .contains("--", "--vdev", "--in-memory")
        .doesNotContain("--mode");
    assertThat(pressTab("gatun", "ports", "--vd")).containsExactly("--vdev");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-l", "--vdev", "="})
  void offersNothingForTheValueOfAnEalArgument(String previous) throws Exception {
    assertThat(pressTab("gatun", "forward", previous, "")).containsExactly("");
  }

  @Test
  void aCommandWithoutEalNeedsNoDashes() throws Exception {
    assertThat(pressTab("gatun", "doctor", "--")).containsExactlyInAnyOrder("--fix", "--json");
  }

  @Test
  void aValueThatIsNamedLikeACommandDoesNotConfuse() throws Exception {
    assertThat(pressTab("gatun", "doctor", "forward", "--fi")).containsExactly("--fix");
    assertThat(pressTab("gatun", "ports", "--file-prefix", "doctor", "--", "--"))
        .containsExactly("--json");
  }

  private List<String> pressTab(String... words) throws Exception {
    String[] command = new String[words.length + 4];
    command[0] = "-c";
    command[1] = PRESS_TAB;
    command[2] = "bash";
    command[3] = script.toString();
    System.arraycopy(words, 0, command, 4, words.length);
    return bash(command).lines().toList();
  }

  /** What bash printed, errors among it. */
  private static String bash(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "bash";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
