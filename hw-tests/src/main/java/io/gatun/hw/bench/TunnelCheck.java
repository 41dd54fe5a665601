package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * That both sides of a comparison do the same before their speed is compared: what they encapsulate
 * is what tshark calls a right tunnel packet around the frame that was given, and what they
 * decapsulate is the inner frame.
 */
final class TunnelCheck {
  private static final int PACKETS = 8;
  private static final int UNDERLAY_PCAP = 1;

  private final Tunnel tunnel;
  private final Path folder;
  private final List<byte[]> plain = Traffic.IMIX.frames().subList(0, PACKETS);
  private final List<byte[]> tunnelled;

  TunnelCheck(Tunnel tunnel, Path folder) {
    this.tunnel = tunnel;
    this.folder = folder;
    this.tunnelled = Traffic.IMIX.tunnelledFrames(tunnel, UNDERLAY_PCAP).subList(0, PACKETS);
  }

  /**
   * Checks both.
   *
   * @throws IOException if a packet is wrong
   */
  void run() throws IOException, InterruptedException {
    gatun();
    check("Gatun");
    ovs();
    check("OVS");
  }

  private Path tenantOut() {
    return folder.resolve("check-tenant.pcap");
  }

  private Path underlayOut() {
    return folder.resolve("check-underlay.pcap");
  }

  private void gatun() throws IOException, InterruptedException {
    Path plainIn = PcapFile.write(folder.resolve("check-plain.pcap"), plain);
    Path tunnelledIn = PcapFile.write(folder.resolve("check-tunnelled.pcap"), tunnelled);
    List<String> options = new ArrayList<>(TunnelBench.gatunOptions(tunnel));
    options.add("--until-idle=500ms");
    GatunRun.run(
        "gateway",
        TunnelBench.gatunEal(
            "net_pcap0,rx_pcap=%s,tx_pcap=%s".formatted(plainIn, tenantOut()),
            "net_pcap1,rx_pcap=%s,tx_pcap=%s".formatted(tunnelledIn, underlayOut())),
        options);
  }

  /** Its ports start before its flows are ready, so packets are put in when all is ready. */
  private void ovs() throws IOException, InterruptedException {
    Path empty = PcapFile.write(folder.resolve("check-empty.pcap"), List.of());
    try (OvsPeer ovs = new OvsPeer(Traffic.pcapMac(UNDERLAY_PCAP))) {
      ovs.connect(
          tunnel,
          "net_pcap0,rx_pcap=%s,tx_pcap=%s".formatted(empty, tenantOut()),
          "net_pcap1,rx_pcap=%s,tx_pcap=%s".formatted(empty, underlayOut()));
      for (int i = 0; i < PACKETS; i++) {
        ovs.inject("tenants", plain.get(i));
        ovs.inject("phy", tunnelled.get(i));
      }
      ovs.disconnect();
    }
  }

  private void check(String who) throws IOException, InterruptedException {
    List<byte[]> inner = PcapFile.read(tenantOut());
    require(who + " decapsulates", Arrays.deepEquals(array(inner), array(plain)), inner.size());
    List<byte[]> outer = new ArrayList<>();
    for (byte[] frame : PcapFile.read(underlayOut())) {
      if (frame.length > Tunnel.OUTER_BYTES && isIpv4(frame)) {
        outer.add(Arrays.copyOfRange(frame, Tunnel.OUTER_BYTES, frame.length));
      }
    }
    require(who + " encapsulates", Arrays.deepEquals(array(outer), array(plain)), outer.size());
    long good = Program.run(tshark()).lines().filter(this::isGood).count();
    require(who + "'s tunnel packets", good == PACKETS, good);
  }

  private static boolean isIpv4(byte[] frame) {
    return frame[12] == 8 && frame[13] == 0;
  }

  private static byte[][] array(List<byte[]> frames) {
    return frames.toArray(byte[][]::new);
  }

  private List<String> tshark() {
    return List.of(
        "tshark",
        "-r",
        underlayOut().toString(),
        "-o",
        "ip.check_checksum:TRUE",
        "-T",
        "fields",
        "-e",
        tunnel.option() + ".vni",
        "-e",
        "ip.dst",
        "-e",
        "ip.checksum.status");
  }

  /** The VNI, both destinations, and both checksums of IP called good, which is 1. */
  private boolean isGood(String line) {
    String[] fields = line.split("\t", -1);
    return fields.length == 3
        && Integer.decode(fields[0].isEmpty() ? "-1" : fields[0]) == Tunnel.VNI
        && fields[1].equals(Tunnel.REMOTE + ",10.1.0.1")
        && fields[2].equals("1,1");
  }

  private void require(String what, boolean good, long seen) throws IOException {
    if (!good) {
      throw new IOException(
          "%s wrongly with %s: %d right packets are expected, %d seen, in %s"
              .formatted(what, tunnel.option(), PACKETS, seen, folder));
    }
  }
}
