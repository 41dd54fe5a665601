package io.gatun.pmd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void alignsColumnsByTheirWidestCell() {
    TextTable table = new TextTable(10, 10, 10);
    table.row("a", "bb", "c");
    table.row("aaaa", "b", "c");
    assertThat(table.render(" ")).isEqualTo(" a     bb  c\n aaaa  b   c\n");
  }

  @Test
  void wrapsAtBlanksAndCutsWhatIsLonger() {
    TextTable table = new TextTable(3, 7);
    table.row("abcdef", "one two three");
    assertThat(table.render("")).isEqualTo("abc  one two\ndef  three\n");
  }

  @Test
  void missingCellsAreEmptyAndNoLineEndsWithBlanks() {
    TextTable table = new TextTable(5, 5);
    table.row("a");
    table.row("", "b");
    table.row("", "");
    assertThat(table.render("  ")).isEqualTo("  a\n     b\n\n");
  }

  @Test
  void aLineOfItsOwnDoesNotWidenColumns() {
    TextTable table = new TextTable(3, 3);
    table.row("a", "b");
    table.line("-> a long command, not wrapped");
    assertThat(table.render("")).isEqualTo("a  b\n-> a long command, not wrapped\n");
  }

  @Test
  void tooManyCellsAreAMistake() {
    TextTable table = new TextTable(3);
    assertThatThrownBy(() -> table.row("a", "b")).isInstanceOf(IllegalArgumentException.class);
  }
}
