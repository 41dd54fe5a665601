package io.gatun.pmd.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.session.SessionOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ForwardOptionsTest {
  private final ForwardOptions options = new ForwardOptions();

  @CommandLine.Command
  static final class Holder {
    @CommandLine.Mixin final ForwardOptions options = new ForwardOptions();
    @CommandLine.Mixin final SessionOptions common = new SessionOptions();
  }

  @Test
  void optionsOfBothKindsAreReadFromOneLine() {
    Holder holder = new Holder();
    new CommandLine(holder)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs("--mode=mac", "--burst=64", "--until-idle=250ms", "--idle=backoff", "--rxq=2");

    assertThat(holder.options.mode).isEqualTo(ForwardMode.MAC);
    assertThat(holder.options.rxQueues).isEqualTo(2);
    assertThat(holder.common.burst).isEqualTo(64);
    assertThat(holder.common.untilIdle).isEqualTo(Duration.ofMillis(250));
    assertThat(holder.common.idle).isEqualTo(SessionOptions.Idle.BACKOFF);
    assertThat(holder.common.statsPeriod).isEqualTo(1);
  }

  @Test
  void theDefaultsAreAllowed() {
    options.check();
    new SessionOptions().check();
  }

  @Test
  void aNegativeNumberOfPacketsIsRefused() {
    options.packets = -1;

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(options::check)
        .withMessageContaining("--packets -1");
  }

  @Test
  void timesThatAreNoneAreRefused() {
    SessionOptions common = new SessionOptions();
    common.seconds = Double.NaN;

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(common::check)
        .withMessageContaining("--seconds NaN");
  }
}
