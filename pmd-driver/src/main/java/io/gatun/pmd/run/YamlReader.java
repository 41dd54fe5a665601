package io.gatun.pmd.run;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** YAML 1.2 text to nodes that know their line. */
final class YamlReader {
  private YamlReader() {}

  /**
   * Reads a file.
   *
   * @throws ConfigException when it cannot be read or is not YAML
   */
  static ConfigNode read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read: %s".formatted(file, reason(e)));
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "there is no such file";
      case AccessDeniedException denied -> "permission denied";
      case CharacterCodingException bad -> "it is not UTF-8";
      default -> String.valueOf(e.getMessage());
    };
  }

  /**
   * Reads a text.
   *
   * @param file its name in messages
   * @throws ConfigException when it is not one YAML document
   */
  static ConfigNode parse(String file, String text) {
    try {
      // ConfigNode refuses such keys with a line.
      LoadSettings settings =
          LoadSettings.builder().setLabel(file).setAllowNonScalarKeys(true).build();
      Parser parser = new ParserImpl(settings, new StreamReader(settings, text));
      Node node =
          new Composer(settings, parser)
              .getSingleNode()
              .orElseThrow(
                  () -> new ConfigException(file + ":1: is empty: see docs/run.md for an example"));
      return new ConfigNode(file, node);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new ConfigException("%s:%d: is not YAML: %s".formatted(file, line, e.getProblem()));
    } catch (YamlEngineException e) {
      throw new ConfigException("%s:1: is not YAML: %s".formatted(file, e.getMessage()));
    }
  }
}
