package io.gatun.pmd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentSplitTest {
  @Test
  void ealArgumentsStandBeforeTheDashesAndOptionsBehindThem() {
    ArgumentSplit split =
        ArgumentSplit.of(List.of("-l", "0-1", "--vdev=net_null0", "--", "--mode", "io"), true);
    assertThat(split.ealArguments()).containsExactly("-l", "0-1", "--vdev=net_null0");
    assertThat(split.options()).containsExactly("--mode", "io");
    assertThat(split.commandLine("forward")).containsExactly("forward", "--mode", "io");
    assertThat(split.helpAsked()).isFalse();
  }

  @Test
  void withoutDashesEverythingIsEals() {
    ArgumentSplit split = ArgumentSplit.of(List.of("-l", "0"), true);
    assertThat(split.ealArguments()).containsExactly("-l", "0");
    assertThat(split.options()).isEmpty();
  }

  @Test
  void onlyTheFirstDashesSplit() {
    ArgumentSplit split = ArgumentSplit.of(List.of("-l", "0", "--", "a", "--", "b"), true);
    assertThat(split.ealArguments()).containsExactly("-l", "0");
    assertThat(split.options()).containsExactly("a", "--", "b");
  }

  @Test
  void aCommandWithoutEalTakesAllWithOrWithoutDashesBeforeThem() {
    assertThat(ArgumentSplit.of(List.of("--", "--json"), false).options())
        .containsExactly("--json");
    assertThat(ArgumentSplit.of(List.of("--json"), false).options()).containsExactly("--json");
    assertThat(ArgumentSplit.of(List.of("--fix", "--json"), false).ealArguments()).isEmpty();
  }

  @Test
  void noArgumentsAreFine() {
    assertThat(ArgumentSplit.of(List.of(), true))
        .isEqualTo(new ArgumentSplit(List.of(), List.of(), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "-?"})
  void helpIsSeenOnBothSides(String help) {
    assertThat(ArgumentSplit.of(List.of(help, "--", "--json"), true).helpAsked()).isTrue();
    assertThat(ArgumentSplit.of(List.of("-l", "0", "--", help), true).helpAsked()).isTrue();
    assertThat(ArgumentSplit.of(List.of(help), false).helpAsked()).isTrue();
  }
}
