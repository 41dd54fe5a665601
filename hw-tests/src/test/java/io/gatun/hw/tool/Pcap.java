package io.gatun.hw.tool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Capture files as scapy and net_pcap write them: pcap-savefile(5), little-endian. */
public final class Pcap {
  private static final int HEADER = 24;
  private static final int RECORD_HEADER = 16;
  private static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
  private static final int SNAP_BYTES = 1 << 18;
  private static final int ETHERNET = 1;

  private Pcap() {}

  /** All packets of a file. */
  public static List<byte[]> read(Path file) {
    ByteBuffer data;
    try {
      data = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<byte[]> packets = new ArrayList<>();
    data.position(HEADER);
    while (data.remaining() >= RECORD_HEADER) {
      data.position(data.position() + 8);
      byte[] packet = new byte[data.getInt()];
      data.getInt();
      data.get(packet);
      packets.add(packet);
    }
    return packets;
  }

  /** Writes a file without a packet: for a port that receives nothing. */
  public static Path writeEmpty(Path file) {
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(MAGIC_MICROSECONDS).putShort((short) 2).putShort((short) 4).putLong(0);
    header.putInt(SNAP_BYTES).putInt(ETHERNET);
    try {
      return Files.write(file, header.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
