package io.gatun.hw.model;

import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Frames as a capture file, and what tshark says about them with all its checks on. */
public final class Captures {
  private static final int MAGIC = 0xa1b2c3d4;
  private static final int SNAP_LENGTH = 1 << 18;
  private static final int ETHERNET = 1;

  private static final String WRONG =
      "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0"
          + " || _ws.malformed || ip.bogus_ip_length || udp.length.bad";

  private Captures() {}

  /** Writes a pcap file (pcap-savefile(5)). */
  public static void write(Path file, List<byte[]> frames) {
    int bytes = 24;
    for (byte[] frame : frames) {
      bytes += 16 + frame.length;
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(MAGIC).putShort((short) 2).putShort((short) 4).putLong(0);
    buffer.putInt(SNAP_LENGTH).putInt(ETHERNET);
    for (byte[] frame : frames) {
      buffer.putLong(0).putInt(frame.length).putInt(frame.length).put(frame);
    }
    try {
      Files.write(file, buffer.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One line for each frame in which tshark finds a wrong checksum or length, or that it cannot
   * take apart; beside its number the layers and the sums.
   */
  public static List<String> wrong(List<byte[]> frames) {
    return tshark(
        frames,
        List.of("-Y", WRONG, "-T", "fields"),
        "frame.number",
        "frame.protocols",
        "ip.checksum.status",
        "tcp.checksum.status",
        "udp.checksum.status");
  }

  /** The named fields of every frame, a line each, separated by tabs. */
  public static List<String> fields(List<byte[]> frames, String... names) {
    return tshark(frames, List.of("-T", "fields"), names);
  }

  private static List<String> tshark(List<byte[]> frames, List<String> what, String... fields) {
    try {
      Path file = Files.createTempFile("gatun-frames", ".pcap");
      try {
        write(file, frames);
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
        for (String protocol : List.of("ip", "tcp", "udp")) {
          command.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
        }
        command.addAll(what);
        for (String field : fields) {
          command.addAll(List.of("-e", field));
        }
        return Tool.run(command.toArray(String[]::new)).orFail().lines().toList();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
