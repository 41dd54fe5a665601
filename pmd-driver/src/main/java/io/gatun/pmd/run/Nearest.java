package io.gatun.pmd.run;

import java.util.List;

/** Guesses what somebody meant who mistyped a word. */
public final class Nearest {
  private Nearest() {}

  /** {@code (did you mean "x"?)} behind a blank, or nothing where no word is near. */
  public static String hint(String typed, List<String> words) {
    String best = "";
    // Fewer letters wrong than there are, or anything short is near to anything.
    int least = Math.min(Math.max(2, typed.length() / 3) + 1, typed.length());
    for (String word : words) {
      int distance = distance(typed, word);
      if (distance < least) {
        least = distance;
        best = word;
      }
    }
    return best.isEmpty() ? "" : " (did you mean \"" + best + "\"?)";
  }

  /** Letters to change, add or remove, a swap of neighbours counting as two (Levenshtein). */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
