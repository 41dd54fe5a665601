package io.gatun.mirror.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionTextTest {
  private static final String LINE =
      "name=web source=0:rx source=drops to=port:2 to=erspan2:local=192.0.2.1,remote=192.0.2.2,"
          + "session=7 filter=\"tcp port 80\" filter-inner='udp' sample=10:flow snaplen=128"
          + " rate=2Mpps policy=hold hold-max=50us deadline=2s backlog=4096 copy=true";

  private static SessionConfig read(String line) {
    return SessionText.read(SessionText.ofLine(line), "unnamed");
  }

  @Test
  void aLineSaysEverything() {
    SessionConfig config = read(LINE);

    assertThat(config.name()).isEqualTo("web");
    assertThat(config.sources())
        .containsExactly(new Source.AtPort("0", Direction.RX), new Source.Drops());
    assertThat(config.destinations()).hasSize(2);
    assertThat(config.filter()).isEqualTo("tcp port 80");
    assertThat(config.innerFilter()).isEqualTo("udp");
    assertThat(config.sample()).isEqualTo(new Sample(10, true));
    assertThat(config.snaplen()).isEqualTo(128);
    assertThat(config.rate()).isEqualTo(new Rate(2_000_000, false));
    assertThat(config.policy()).isEqualTo(Policy.HOLD);
    assertThat(config.holdMax()).isEqualTo(Duration.ofNanos(50_000));
    assertThat(config.deadline()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.backlog()).isEqualTo(4096);
    assertThat(config.copy()).isTrue();
  }

  @Test
  void whatIsWrittenReadsAsTheSame() {
    SessionConfig config = read(LINE);

    assertThat(SessionText.read(SessionText.write(config), "other")).isEqualTo(config);
  }

  @Test
  void littleIsNeeded() {
    SessionConfig config = read("source=underlay to=port:monitor");

    assertThat(config.name()).isEqualTo("unnamed");
    assertThat(config.sources()).containsExactly(new Source.AtPort("underlay", Direction.BOTH));
    assertThat(config.sample()).isEqualTo(new Sample(1, false));
    assertThat(config.policy()).isEqualTo(Policy.BEST_EFFORT);
    assertThat(config.rate()).isNull();
  }

  @Test
  void aSparePortTakesItsPlaceInTheText() {
    SessionConfig config =
        read("source=0 to=gre:local=192.0.2.1,remote=192.0.2.2").withSpare(() -> "5");

    assertThat(config.destinations().getFirst().text())
        .isEqualTo("gre:port=5,local=192.0.2.1,remote=192.0.2.2");
    assertThat(read("source=0 to=" + config.destinations().getFirst().text()).destinations())
        .isEqualTo(config.destinations());
  }

  @Test
  void jsonTakesTextsNumbersListsAndNothing() {
    Map<String, List<String>> values =
        SessionText.ofJson(
            "{\"name\":\"a\",\"source\":[\"0:rx\",\"1:tx\"],\"sample\":100,\"copy\":true,"
                + "\"filter\":null}");

    assertThat(values)
        .containsEntry("source", List.of("0:rx", "1:tx"))
        .containsEntry("sample", List.of("100"))
        .containsEntry("copy", List.of("true"))
        .containsEntry("filter", List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "source=0 to=port:2 rate=1Tpps      | rate: \"1Tpps\" is no rate",
        "source=0 to=port:2 rate=900Gbps    | rate: 900000000000 is not in [8, 800000000000] bps",
        "source=0 to=port:2 sample=1000001  | sample: 1000001 is not in [1, 1000000]",
        "source=0 to=port:2 filtre=tcp      | \"filtre\" is not known (did you mean \"filter\"?)",
        "source=0 to=port:2 sample=1 sample=2 | sample stands there twice",
        "source=0 to=port:2 copy=maybe      | copy: \"maybe\" is neither true nor false",
        "to=port:2                          | source is missing",
        "source=0                           | to is missing"
      })
  void mistakesNameKeyValueAndRange(String line, String said) {
    assertThatThrownBy(() -> read(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"nothing | is no setting", "[1] | is no JSON object"})
  void whatIsNoSessionIsRefused(String text, String said) {
    assertThatThrownBy(
            () -> {
              if (text.startsWith("[")) {
                SessionText.ofJson(text);
              } else {
                SessionText.ofLine(text);
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }
}
