package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a source port repeats: 32 UDP flows over IPv4 with right checksums, as frames without the
 * CRC, plain or in a tunnel whose outer UDP checksum is zero.
 */
enum Traffic {
  SMALL("64 B", List.of(64)),
  /** Seven small, four middle and one large, in the order in which they come. */
  IMIX("IMIX", List.of(64, 594, 64, 64, 594, 64, 1518, 64, 594, 64, 594, 64)),
  LARGE("1500 B", List.of(1500));

  private static final int FLOWS = 32;
  private static final long TENANT_MAC = 0x0200_0000_0001L;
  private static final long TENANT_PEER_MAC = 0x0200_0000_0002L;
  private static final long UNDERLAY_PEER_MAC = 0x0200_0000_0022L;

  // net_pcap numbers its ports in the order of their making (drivers/net/pcap/pcap_ethdev.c).
  private static final long PCAP_MAC = 0x0270_6361_7000L;

  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Integer> lengths;

  Traffic(String title, List<Integer> lengths) {
    this.title = title;
    this.lengths = lengths;
  }

  /** For people. */
  String title() {
    return title;
  }

  /** Address of the n-th net_pcap port of a process. */
  static String pcapMac(int index) {
    String hex = "%012x".formatted(PCAP_MAC + index);
    return String.join(":", hex.split("(?<=\\G..)"));
  }

  /** A file with the plain frames. */
  Path plain(Path folder) throws IOException {
    return PcapFile.write(folder.resolve(name() + ".pcap"), frames());
  }

  /**
   * A file with a hundred frames of one length, of all flows, one of which has another destination
   * port: 2001.
   */
  static Path marked(Path folder, int length) throws IOException {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      frames.add(inner(i % FLOWS, length, i == 99 ? 2001 : 2000));
    }
    return PcapFile.write(folder.resolve("marked-%d.pcap".formatted(length)), frames);
  }

  /** A file with the frames in a tunnel, on their way to the n-th net_pcap port. */
  Path tunnelled(Path folder, Tunnel tunnel, int index) throws IOException {
    Path file = folder.resolve("%s-%s-%d.pcap".formatted(name(), tunnel.option(), index));
    return PcapFile.write(file, tunnelledFrames(tunnel, index));
  }

  List<byte[]> frames() {
    List<byte[]> frames = new ArrayList<>();
    for (int round = 0; round < FLOWS; round++) {
      for (int i = 0; i < lengths.size(); i++) {
        frames.add(inner((round + i) % FLOWS, lengths.get(i)));
      }
    }
    return frames;
  }

  List<byte[]> tunnelledFrames(Tunnel tunnel, int index) {
    return frames().stream().map(frame -> outer(tunnel, index, frame)).toList();
  }

  private static byte[] inner(int flow, int length) {
    return inner(flow, length, 2000);
  }

  private static byte[] inner(int flow, int length, int destinationPort) {
    ByteBuffer out = ByteBuffer.allocate(length);
    ethernet(out, TENANT_PEER_MAC, TENANT_MAC);
    ipv4(out, length - ETHERNET, 0x0a00_0001 + flow, 0x0a01_0001);
    udp(out, 1000 + flow, destinationPort, length - ETHERNET - IPV4);
    for (int i = 0; out.hasRemaining(); i++) {
      out.put((byte) (i * 7));
    }
    long sum = sum(out, ETHERNET + 12, length) + 17 + length - ETHERNET - IPV4;
    out.putShort(ETHERNET + IPV4 + 6, (short) ~fold(sum));
    return out.array();
  }

  private static byte[] outer(Tunnel tunnel, int index, byte[] inner) {
    int length = Tunnel.OUTER_BYTES + inner.length;
    ByteBuffer out = ByteBuffer.allocate(length);
    ethernet(out, PCAP_MAC + index, UNDERLAY_PEER_MAC);
    ipv4(out, length - ETHERNET, 0xc0a8_6402, 0xc0a8_6401);
    int entropy = 0xc000 + inner[ETHERNET + 15]; // differs as the flows do
    udp(out, entropy, tunnel.port, length - ETHERNET - IPV4);
    out.putInt(tunnel.firstWord).putInt(Tunnel.VNI << 8);
    return out.put(inner).array();
  }

  private static void ethernet(ByteBuffer out, long destination, long source) {
    out.putShort((short) (destination >> 32)).putInt((int) destination);
    out.putShort((short) (source >> 32)).putInt((int) source);
    out.putShort((short) 0x0800);
  }

  private static void ipv4(ByteBuffer out, int length, int source, int destination) {
    int start = out.position();
    out.putShort((short) 0x4500).putShort((short) length);
    out.putShort((short) 0).putShort((short) 0); // identification, no fragment
    out.putShort((short) (64 << 8 | 17)).putShort((short) 0);
    out.putInt(source).putInt(destination);
    out.putShort(start + 10, (short) ~fold(sum(out, start, start + IPV4)));
  }

  /** Without a checksum. */
  private static void udp(ByteBuffer out, int source, int destination, int length) {
    out.putShort((short) source).putShort((short) destination);
    out.putShort((short) length).putShort((short) 0);
  }

  /** Of 16-bit words; all lengths here are even. */
  private static long sum(ByteBuffer data, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 2) {
      sum += Short.toUnsignedInt(data.getShort(i));
    }
    return sum;
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return (int) folded;
  }
}
