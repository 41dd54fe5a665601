package io.gatun.pmd.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.pmd.session.SessionOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SessionReaderTest {
  private static final String EVERY_KEY =
      """
      rxd: 64
      txd: 128
      burst: 16
      seconds: 1.5
      until-idle: 2s
      stats-period: 0
      mbufs: 4095
      mbcache: 32
      idle: backoff
      promiscuous: false
      metrics: "127.0.0.1:0"
      json: true
      """;

  private static SessionOptions read(String yaml, String... onCommandLine) {
    SessionOptions options = new SessionOptions();
    new SessionReader(
            YamlReader.parse("f", yaml), option -> Arrays.asList(onCommandLine).contains(option))
        .into(options);
    return options;
  }

  @Test
  void everyKeySetsItsOption() {
    SessionOptions options = read(EVERY_KEY);

    assertThat(options.rxDescriptors).isEqualTo(64);
    assertThat(options.txDescriptors).isEqualTo(128);
    assertThat(options.burst).isEqualTo(16);
    assertThat(options.seconds).isEqualTo(1.5);
    assertThat(options.untilIdle).isEqualTo(Duration.ofSeconds(2));
    assertThat(options.statsPeriod).isZero();
    assertThat(options.mbufs).isEqualTo(4095);
    assertThat(options.mbufCache).isEqualTo(32);
    assertThat(options.idle).isEqualTo(SessionOptions.Idle.BACKOFF);
    assertThat(options.noPromiscuous).isTrue();
    assertThat(options.metrics).isEqualTo("127.0.0.1:0");
    assertThat(options.json).isTrue();
  }

  @CommandLine.Command
  static final class Holder {
    @CommandLine.Mixin final SessionOptions options = new SessionOptions();
  }

  /** So that an option that is added to the commands does not miss here. */
  @Test
  void thereIsAKeyForEveryOption() {
    Set<String> options =
        new CommandLine(new Holder())
            .getCommandSpec().options().stream()
                .filter(option -> !option.longestName().equals("--port-mac")) // ports have "mac"
                .map(option -> option.longestName().replaceFirst("^--(no-)?", ""))
                .collect(Collectors.toCollection(TreeSet::new));

    assertThat(YamlReader.parse("f", EVERY_KEY).map().keySet())
        .containsExactlyInAnyOrderElementsOf(options);
  }

  @Test
  void theCommandLineHasTheLastWord() {
    SessionOptions options = read("{burst: 16, promiscuous: false}", "--burst", "--no-promiscuous");

    assertThat(options.burst).isEqualTo(32);
    assertThat(options.noPromiscuous).isFalse();
  }

  @Test
  void errorsNameTheKey() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read("burst: 513"))
        .withMessage("f:1: key \"burst\": 513 is not an integer in [1, 512]");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read("seconds: -1"))
        .withMessageContaining("key \"seconds\": -1 is not a number of at least 0");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read("idle: sleep"))
        .withMessageContaining("allowed are busy, backoff, pause, monitor");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> read("until-idel: 1s"))
        .withMessageContaining("did you mean \"until-idle\"?");
  }
}
