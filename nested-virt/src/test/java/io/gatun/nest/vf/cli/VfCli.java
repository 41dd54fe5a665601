package io.gatun.nest.vf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.nest.sysfs.FakeMachine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs {@code gatun vf} on a {@link FakeMachine}. */
abstract class VfCli {
  @TempDir Path root;
  FakeMachine fake;
  String out = "";
  String err = "";
  boolean isStopped;

  @BeforeEach
  void makeMachine() {
    fake = new FakeMachine(root);
  }

  FakeMachine withPhysical() {
    return fake.withPhysical("0000:01:00.0", "enp1s0", 7);
  }

  /** Runs {@code gatun vf ARGUMENTS}, parsed as the launcher does. */
  int vf(String... arguments) throws IOException {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    PrintStream outStream = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
    PrintStream errStream = new PrintStream(errBytes, true, StandardCharsets.UTF_8);
    VfCommand command =
        new VfCommand(
            () -> Machine.of(fake.tree(), fake, () -> () -> isStopped, outStream, errStream));
    CommandLine line = new CommandLine(command);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.parseArgs(arguments);
    int code = command.run(List.of());
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  JsonNode json(int code, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(arguments));
    line.add("--json");
    assertThat(vf(line.toArray(String[]::new))).isEqualTo(code);
    assertThat(out.lines()).hasSize(1);
    return new ObjectMapper().readTree(out);
  }

  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  static List<String> states(JsonNode json) {
    List<String> states = new ArrayList<>();
    json.path("steps").forEach(step -> states.add(step.path("state").asText()));
    return states;
  }
}
