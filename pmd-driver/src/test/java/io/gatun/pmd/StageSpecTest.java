package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StageSpecTest {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  /** Tests run on the class path, where ServiceLoader does not read module-info. */
  @BeforeEach
  void provideStages(@TempDir Path folder) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(
        services.resolve(StageProvider.class.getName()),
        List.of(
            "io.gatun.pmd.forward.MacStageProvider", "io.gatun.pmd.forward.MacSwapStageProvider"));
    Thread.currentThread()
        .setContextClassLoader(new URLClassLoader(new URL[] {folder.toUri().toURL()}, before));
  }

  @AfterEach
  void restore() throws Exception {
    ((URLClassLoader) Thread.currentThread().getContextClassLoader()).close();
    Thread.currentThread().setContextClassLoader(before);
  }

  @Test
  void aNameAloneHasNoOptions() {
    assertThat(StageSpec.parse("macswap")).isEqualTo(new StageSpec("macswap", Map.of()));
    assertThat(StageSpec.names()).containsExactly("mac", "macswap");
  }

  @Test
  void optionsFollowTheFirstColon() {
    assertThat(StageSpec.parse("mac:peer=02:00:00:00:00:09,other=a=b,empty="))
        .isEqualTo(
            new StageSpec("mac", Map.of("peer", "02:00:00:00:00:09", "other", "a=b", "empty", "")));
  }

  @ParameterizedTest
  @CsvSource({"mac:", "mac:peer", "'mac:=x'", "'mac:a=1,'"})
  void whatIsNoOptionIsRefusedWithThePattern(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StageSpec.parse(text))
        .withMessageContaining("stage \"" + text + "\"")
        .withMessageContaining("NAME:key=value,key=value");
  }

  @Test
  void anOptionThatStandsThereTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StageSpec.parse("mac:a=1,a=2"))
        .withMessageContaining("option \"a\" stands there twice");
  }

  @Test
  void anUnknownNameListsTheStages() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StageSpec.parse("macsawp"))
        .withMessage("stage \"macsawp\" does not exist; there are mac, macswap");
  }
}
