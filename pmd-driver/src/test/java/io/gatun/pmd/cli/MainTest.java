package io.gatun.pmd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private final PrintStream realOut = System.out;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();
  private CommandServices services;

  @BeforeEach
  void catchOutput(@TempDir Path folder) throws Exception {
    services = new CommandServices(folder);
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restoreOutput() throws Exception {
    System.setOut(realOut);
    services.close();
  }

  private int run(String... args) {
    return Main.run(args, new PrintWriter(err, true));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private List<String> errorLines() {
    return err.toString().lines().toList();
  }

  @Test
  void anUnknownCommandIsOneLineThatListsTheCommandsAndExitCode2() {
    assertThat(run("forwrad", "-l", "0")).isEqualTo(Main.USAGE);
    assertThat(errorLines()).hasSize(1);
    assertThat(errorLines().getFirst())
        .contains("\"forwrad\"", "doctor", "ports", "forward", "completion");
    assertThat(out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "forward,--nonsense,--nonsense",
    "forward,--burst=0,--burst",
    "forward,--burst=many,--burst",
    "forward,--mode=sideways,--mode",
    "ports,--nonsense,--nonsense",
    "doctor,--nonsense,--nonsense",
    "completion,fish,fish",
  })
  void aWrongOptionIsOneLineThatNamesItAndExitCode2(String command, String option, String named) {
    assertThat(run(command, "--", option)).isEqualTo(Main.USAGE);
    assertThat(errorLines()).hasSize(1);
    assertThat(errorLines().getFirst()).startsWith("gatun " + command + ": ").contains(named);
    assertThat(out()).isEmpty();
  }

  @Test
  void aMissingParameterIsExitCode2() {
    assertThat(run("completion")).isEqualTo(Main.USAGE);
    assertThat(errorLines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void helpListsTheCommands(String help) {
    assertThat(run(help)).isEqualTo(Main.DONE);
    assertThat(out()).contains("gatun COMMAND [EAL arguments] -- [options]", "doctor", "ports");
    assertThat(errorLines()).isEmpty();
  }

  @Test
  void noArgumentsAreWrongUsageButExplained() {
    assertThat(run()).isEqualTo(Main.USAGE);
    assertThat(out()).contains("gatun COMMAND [EAL arguments] -- [options]");
  }

  @Test
  void helpOfACommandNeverReachesEal() {
    // EAL's own --help would end this process.
    assertThat(run("ports", "--help")).isEqualTo(Main.DONE);
    assertThat(run("forward", "-l", "0", "--", "--help")).isEqualTo(Main.DONE);
    assertThat(run("doctor", "--help")).isEqualTo(Main.DONE);
    assertThat(out()).contains("gatun ports [EAL arguments] -- [options]", "--mode", "--fix");
    assertThat(errorLines()).isEmpty();
  }

  /** Without it picocli fails on the module path, where these tests do not run. */
  @Test
  void thePackagesOfAllCommandsAreOpenedToPicocli() throws Exception {
    ModuleDescriptor module = CommandServices.descriptor();
    List<String> opened =
        module.opens().stream()
            .filter(opens -> opens.targets().contains("info.picocli"))
            .map(ModuleDescriptor.Opens::source)
            .toList();
    assertThat(CommandServices.provided())
        .contains("io.gatun.pmd.cli.doctor.DoctorCommand")
        .allSatisfy(name -> assertThat(opened).contains(name.substring(0, name.lastIndexOf('.'))));
  }
}
