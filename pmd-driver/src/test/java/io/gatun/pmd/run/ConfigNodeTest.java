package io.gatun.pmd.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatun.pmd.MacAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigNodeTest {
  private static final String FILE =
      """
      # A comment, so that line numbers are put to the test.
      session:
        burst: 64
        seconds: 2.5
        quick: true
        until-idle: 500ms
        unit: MILLISECONDS

      forward:
        - {from: a, to: b}
        - from: b
          to:
          stages: [mac, "checksum:mode=x"]
      """;

  private final ConfigNode file = YamlReader.parse("gw.yaml", FILE);

  private static void assertError(ThrowingCallable call, String message) {
    assertThatExceptionOfType(ConfigException.class).isThrownBy(call).withMessage(message);
  }

  private ConfigNode session(String key) {
    return file.required("session").required(key);
  }

  @Test
  void valuesAreReadByTheirType() {
    assertThat(session("burst").integer(1, 512)).isEqualTo(64);
    assertThat(session("seconds").decimal(0)).isEqualTo(2.5);
    assertThat(session("quick").flag()).isTrue();
    assertThat(session("until-idle").duration()).isEqualTo(Duration.ofMillis(500));
    String upper = session("quick").as(text -> text.toUpperCase(Locale.ROOT));
    assertThat(upper).isEqualTo("TRUE");
  }

  @Test
  void listsAndMapsKeepTheirOrderAndKnowWhereTheyStand() {
    List<ConfigNode> ways = file.required("forward").list();

    assertThat(ways).hasSize(2);
    assertThat(ways.getFirst().required("from").string()).isEqualTo("a");
    assertThat(ways.getFirst().map().keySet()).containsExactly("from", "to");
    ConfigNode stage = ways.get(1).required("stages").list().get(1);
    assertThat(stage.string()).isEqualTo("checksum:mode=x");
    assertThat(stage.path()).isEqualTo("forward[1].stages[1]");
    assertThat(stage.line()).isEqualTo(13);
    assertThat(file.find("gateway")).isEmpty();
  }

  @Test
  void aNumberOutOfItsRangeNamesLineKeyValueAndRange() {
    assertError(
        () -> session("burst").integer(1, 32),
        "gw.yaml:3: key \"session.burst\": 64 is not an integer in [1, 32]");
    assertError(
        () -> session("burst").integer(65, 512),
        "gw.yaml:3: key \"session.burst\": 64 is not an integer in [65, 512]");
    assertError(
        () -> session("seconds").decimal(3),
        "gw.yaml:4: key \"session.seconds\": 2.5 is not a number of at least 3.0, as in 2.5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "0x10", "1e3", "ten", "--1", "99999999999999999999", "1_000"})
  void whatIsNoDecimalIntegerIsRefused(String text) {
    ConfigNode node = YamlReader.parse("f", "n: " + text).required("n");

    assertError(
        () -> node.integer(0, Integer.MAX_VALUE),
        "f:1: key \"n\": %s is not an integer in [0, 2147483647]".formatted(text));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-5, -5", "007, 7"})
  void decimalIntegersAreRead(String text, int value) {
    assertThat(YamlReader.parse("f", "n: " + text).required("n").integer(-10, 10)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "on", "1", "True", "\"maybe\""})
  void onlyTrueAndFalseAreFlags(String text) {
    ConfigNode node = YamlReader.parse("f", "a: {b: " + text + "}").required("a").required("b");

    assertError(
        node::flag,
        "f:1: key \"a.b\": %s is neither true nor false".formatted(text.replace("\"", "")));
  }

  @Test
  void aWrongConstantListsTheRightOnesAndGuesses() {
    List<TimeUnit> units = List.of(TimeUnit.SECONDS, TimeUnit.MINUTES);

    assertThat(YamlReader.parse("f", "u: minutes").required("u").oneOf(units))
        .isEqualTo(TimeUnit.MINUTES);
    assertError(
        () -> YamlReader.parse("f", "u: minute").required("u").oneOf(units),
        "f:1: key \"u\": minute is not allowed (did you mean \"minutes\"?);"
            + " allowed are seconds, minutes");
    assertError(
        () -> session("unit").oneOf(units),
        "gw.yaml:7: key \"session.unit\": MILLISECONDS is not allowed; allowed are seconds, minutes");
  }

  @Test
  void aParsersOwnErrorGetsLineAndKey() {
    assertError(
        () -> session("unit").as(MacAddress::parse),
        "gw.yaml:7: key \"session.unit\": MAC address \"MILLISECONDS\": six octets in hexadecimal"
            + " are needed, as in 02:00:00:00:00:01");
  }

  @Test
  void anUnknownKeyListsTheAllowedOnesAndGuesses() {
    assertError(
        () -> YamlReader.parse("f", "a: 1\nbrust: 2\n").allow("a", "burst"),
        "f:2: key \"brust\": is not known (did you mean \"burst\"?); allowed are a, burst");
    assertError(
        () -> file.required("session").allow("xxxxxxxxx", "seconds", "quick", "until-idle", "unit"),
        "gw.yaml:3: key \"session.burst\": is not known;"
            + " allowed are xxxxxxxxx, seconds, quick, until-idle, unit");
    assertThat(file.allow("session", "forward", "gateway")).isSameAs(file);
  }

  @Test
  void aKeyThatStandsThereTwiceIsRefused() {
    assertError(
        () -> YamlReader.parse("f", "a:\n  b: 1\n  c: 2\n  b: 3\n").required("a").map(),
        "f:4: key \"a.b\": stands there twice, first in line 2: remove one");
  }

  @Test
  void aMissingKeyIsNamed() {
    assertError(() -> file.required("ports"), "gw.yaml:2: key \"ports\": is missing, but needed");
    assertError(
        () -> file.required("forward").list().getFirst().required("mode"),
        "gw.yaml:10: key \"forward[0].mode\": is missing, but needed");
  }

  @Test
  void aKeyWithoutAValueIsRefused() {
    assertError(
        () -> file.required("forward").list().get(1).required("to").string(),
        "gw.yaml:12: key \"forward[1].to\": has no value: give it one, or remove the key");
    assertError(
        () -> YamlReader.parse("f", "a: null").required("a").string(),
        "f:1: key \"a\": has no value: give it one, or remove the key");
    assertThat(YamlReader.parse("f", "a: \"null\"").required("a").string()).isEqualTo("null");
  }

  @Test
  void theWrongKindOfValueIsRefused() {
    assertError(
        () -> session("burst").map(),
        "gw.yaml:3: key \"session.burst\": \"64\" was found, a map is needed: one KEY: VALUE a line,"
            + " indented");
    assertError(
        () -> file.required("session").list(),
        "gw.yaml:2: key \"session\": a map was found, a list is needed: one \"- VALUE\" a line, or"
            + " [A, B]");
    assertError(
        () -> file.required("forward").string(),
        "gw.yaml:9: key \"forward\": a list was found, a single value is needed");
    assertError(
        () -> YamlReader.parse("f", "? [a, b]\n: 1").map(), "f:1: a key must be a plain word");
    assertError(
        () -> YamlReader.parse("f", "just words").map(),
        "f:1: \"just words\" was found, a map is needed: one KEY: VALUE a line, indented");
  }

  @ParameterizedTest
  @CsvSource({
    "'a: [1, 2', 1",
    "'a: 1\n\tb: 2', 2",
    "'a: 1\nb: \"x', 2",
    "'a: *nowhere', 1",
    "'a: 1\n---\nb: 2', 2"
  })
  void whatIsNotOneYamlDocumentNamesTheLine(String text, int line) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> YamlReader.parse("f", text))
        .withMessageMatching("f:" + line + ": is not YAML: .+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# only a comment\n"})
  void anEmptyFileIsRefused(String text) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> YamlReader.parse("f", text))
        .withMessageStartingWith("f:1: is empty");
  }

  @Test
  void aFileThatCannotBeReadSaysWhy(@TempDir Path folder) throws Exception {
    Path none = folder.resolve("none.yaml");
    assertError(() -> YamlReader.read(none), none + ": cannot be read: there is no such file");
    Path binary = Files.write(folder.resolve("binary"), new byte[] {'a', (byte) 0xff});
    assertError(() -> YamlReader.read(binary), binary + ": cannot be read: it is not UTF-8");
    Path good = Files.writeString(folder.resolve("good.yaml"), "a: 1\n");
    assertThat(YamlReader.read(good).required("a").integer(0, 2)).isEqualTo(1);
  }

  @Test
  void anAliasIsReadWhereItStands() {
    ConfigNode node = YamlReader.parse("f", "a: &x {v: 1}\nb: *x\n");

    assertThat(node.required("b").required("v").integer(0, 1)).isEqualTo(1);
    assertThat(node.required("b").required("v").path()).isEqualTo("b.v");
  }
}
