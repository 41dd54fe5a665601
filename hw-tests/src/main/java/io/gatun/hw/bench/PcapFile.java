package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Capture files in the classic format, microseconds, Ethernet. */
final class PcapFile {
  private static final int MAGIC = 0xa1b2c3d4;
  private static final int HEADER_BYTES = 24;
  private static final int RECORD_BYTES = 16;
  private static final int ETHERNET = 1;

  private PcapFile() {}

  static Path write(Path file, List<byte[]> frames) throws IOException {
    int bytes = frames.stream().mapToInt(frame -> RECORD_BYTES + frame.length).sum();
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putShort((short) 2).putShort((short) 4); // version 2.4
    out.putInt(0).putInt(0).putInt(65535).putInt(ETHERNET);
    for (byte[] frame : frames) {
      out.putLong(0).putInt(frame.length).putInt(frame.length).put(frame);
    }
    return Files.write(file, out.array());
  }

  /** The frames of a file that this machine wrote. */
  static List<byte[]> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> frames = new ArrayList<>();
    in.position(Math.min(HEADER_BYTES, in.limit()));
    while (in.remaining() >= RECORD_BYTES) {
      byte[] frame = new byte[in.getInt(in.position() + 8)];
      in.position(in.position() + RECORD_BYTES).get(frame);
      frames.add(frame);
    }
    return frames;
  }
}
