package io.gatun.pmd.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Aligned columns for people. A column is as wide as its widest cell, up to a limit at which cells
 * are wrapped at blanks; a word longer than the limit is cut.
 *
 * <p>One thread. Lines end with a newline and have no blanks at their end.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final int[] limits;
  private final List<Row> rows = new ArrayList<>();

  /**
   * @param cells lines of each column's cell; none in a line that is not in columns
   * @param line that line
   */
  private record Row(List<List<String>> cells, String line) {}

  /**
   * @param limits the greatest width of each column in characters, 1 or more; a line is at most as
   *     wide as their sum, two blanks between columns, and the indent of {@link #render}
   */
  public TextTable(int... limits) {
    this.limits = limits.clone();
  }

  /** Adds a row; cells that are missing at its end are empty. */
  public void row(String... cells) {
    if (cells.length > limits.length) {
      throw new IllegalArgumentException(cells.length + " cells for " + limits.length + " columns");
    }
    List<List<String>> row = new ArrayList<>();
    for (int column = 0; column < limits.length; column++) {
      row.add(wrap(column < cells.length ? cells[column] : "", limits[column]));
    }
    rows.add(new Row(row, ""));
  }

  /** Adds a line that is printed as it is, whatever the columns: a command to be copied, say. */
  public void line(String text) {
    rows.add(new Row(List.of(), text));
  }

  /** The table, each line behind {@code indent}. */
  public String render(String indent) {
    int[] widths = new int[limits.length];
    for (Row row : rows) {
      for (int column = 0; column < row.cells().size(); column++) {
        for (String line : row.cells().get(column)) {
          widths[column] = Math.max(widths[column], line.length());
        }
      }
    }
    StringBuilder out = new StringBuilder();
    for (Row row : rows) {
      int height = row.cells().stream().mapToInt(List::size).max().orElse(1);
      for (int line = 0; line < height; line++) {
        out.append((indent + row.line() + line(row.cells(), line, widths)).stripTrailing());
        out.append('\n');
      }
    }
    return out.toString();
  }

  private static String line(List<List<String>> cells, int line, int[] widths) {
    StringBuilder out = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      List<String> cell = cells.get(column);
      String text = line < cell.size() ? cell.get(line) : "";
      out.append(text).append(" ".repeat(widths[column] - text.length())).append(GAP);
    }
    return out.toString();
  }

  /** Breaks {@code text} into lines of at most {@code width} characters; at least one line. */
  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : pieces(text, width)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static List<String> pieces(String text, int width) {
    List<String> pieces = new ArrayList<>();
    for (String word : text.strip().split("\\s+", -1)) {
      String rest = word;
      for (; rest.length() > width; rest = rest.substring(width)) {
        pieces.add(rest.substring(0, width));
      }
      pieces.add(rest);
    }
    return pieces;
  }
}
