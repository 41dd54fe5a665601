package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What tshark sees in a capture file. */
final class Tshark {
  /** Time, lengths, interface, direction, comment and losses. */
  static final String[] NOTES = {
    "frame.time_epoch",
    "frame.len",
    "frame.cap_len",
    "frame.interface_id",
    "frame.interface_name",
    "frame.packet_flags_direction",
    "frame.comment",
    "frame.drop_count"
  };

  private Tshark() {}

  /** One line for each packet with the values of these fields, {@code |} between them. */
  static List<String> packets(Path file, String... fields) {
    return fields(List.of("-r", file.toString()), fields);
  }

  /** Reads the file as a file: all values of each {@code pcapng.} field, block after block. */
  static String block(Path file, String... fields) {
    // To this format the whole file is one packet.
    return String.join(
        "\n",
        fields(
            List.of("-X", "read_format:MIME Files Format", "-r", file.toString()),
            Arrays.stream(fields).map(field -> "pcapng." + field).toArray(String[]::new)));
  }

  private static List<String> fields(List<String> before, String... fields) {
    List<String> line = new ArrayList<>(List.of("tshark", "-n"));
    line.addAll(before);
    line.addAll(List.of("-T", "fields", "-E", "separator=|", "-E", "occurrence=a"));
    for (String field : fields) {
      line.addAll(List.of("-e", field));
    }
    Tool.Result result = Tool.run(line.toArray(String[]::new));
    // Run by root it says so; anything else it says is about the file.
    assertThat(result.errors().lines().filter(l -> !l.startsWith("Running as user"))).isEmpty();
    return result.orFail().lines().toList();
  }

  /** The bytes of all packets as tshark reads them. */
  static List<byte[]> bytes(Path file) {
    try {
      Path plain = Files.createTempFile("gatun-tshark", ".pcap");
      try {
        Tool.run("tshark", "-r", file.toString(), "-F", "pcap", "-w", plain.toString()).orFail();
        return Pcap.read(plain);
      } finally {
        Files.delete(plain);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
