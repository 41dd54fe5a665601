package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.gatun.hw.tool.Tool;
import io.gatun.mirror.encap.EncapsulationSpec;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.testing.FakeMbufs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Linux as the collector: its vxlan device gives out the mirrored frames, sent to it without
 * knowing its Ethernet address.
 */
class EncapsulationKernelTest {
  private static final int FRAMES = 500;
  private static final int MOST_BYTES = 8_000;
  private static final int EXPERIMENTAL = 0x88b5; // IEEE 802, for local use
  private static final String SKIP = "skip";

  /** In a network namespace of its own, which ends with the program. */
  private static final String PROGRAM =
      """
      import ctypes, os, socket, subprocess
      sent, expected, four = open(sys.argv[1]).read().split(), int(sys.argv[2]), sys.argv[3] == "4"
      def ip(*words):
          subprocess.run(("ip",) + words, check=True, stderr=subprocess.DEVNULL)
      if ctypes.CDLL(None).unshare(0x40000000) != 0:
          print("skip"); sys.exit()
      local, prefix = ("192.0.2.2", "24") if four else ("2001:db8::2", "64")
      try:
          ip("link", "add", "name", "gm0", "mtu", "9000", "type", "veth", "peer", "name", "gm1",
             "mtu", "9000")
          ip("link", "add", "name", "gm2", "mtu", "8900", "type", "vxlan", "id", "42", "local",
             local, "dstport", "4789", "udp6zerocsumrx")
      except (OSError, subprocess.CalledProcessError):
          print("skip"); sys.exit()
      ip("addr", "add", local + "/" + prefix, "dev", "gm1", *([] if four else ["nodad"]))
      for device in ("gm0", "gm1", "gm2"):
          ip("link", "set", device, "up")
      collector = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
      collector.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
      collector.bind(("gm2", 0x88b5))
      wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
      wire.bind(("gm0", 0))
      collector.settimeout(10)
      got = []
      try:
          for frame in sent:
              wire.send(bytes.fromhex(frame))
              if len(got) + 20 < len(sent):
                  got.append(collector.recv(9000).hex())
          while len(got) < expected:
              got.append(collector.recv(9000).hex())
          collector.settimeout(0.5)
          got.append(collector.recv(9000).hex())
      except socket.timeout:
          pass
      print("\\n".join(got))
      """;

  @ParameterizedTest
  @CsvSource({"4, on", "4, off", "6, on", "6, off"})
  void itsVxlanDeviceGivesOutTheFrames(int version, String checksum, @TempDir Path directory)
      throws IOException {
    Tool.assumeScapy();
    FrameEdit edit = vxlan(version, checksum);
    Random random = new Random(20_260_503);
    List<String> sent = new ArrayList<>();
    List<String> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = new byte[60 + random.nextInt(MOST_BYTES - 60)];
      random.nextBytes(frame);
      frame[6] &= (byte) 0xfe; // a group address sends nothing
      frame[12] = (byte) (EXPERIMENTAL >> 8);
      frame[13] = (byte) EXPERIMENTAL;
      frames.add(HexFormat.of().formatHex(frame));
      sent.add(HexFormat.of().formatHex(mirror(edit, frame)));
    }
    if (checksum.equals("on")) {
      // The canary: one that was damaged on its way is not given out.
      String last = sent.getLast();
      sent.add(last.substring(0, last.length() - 2) + (last.endsWith("00") ? "01" : "00"));
    }

    List<String> received =
        Tool.scapy(PROGRAM, Files.write(directory.resolve("sent"), sent), FRAMES, version)
            .lines()
            .toList();

    assumeFalse(received.equals(List.of(SKIP)), "no network namespace or no vxlan device");
    assertThat(received).isEqualTo(frames);
  }

  private static FrameEdit vxlan(int version, String checksum) {
    String network = version == 4 ? "192.0.2." : "2001:db8::";
    Map<String, String> settings =
        Map.of("local", network + 1, "remote", network + 2, "vni", "42", "csum", checksum);
    return FrameEdits.of(
        EncapsulationSpec.parse("vxlan", settings), MacAddress.parse(MirroredFrames.PORT_ADDRESS));
  }

  private static byte[] mirror(FrameEdit edit, byte[] frame) {
    try (FakeMbufs mbufs = new FakeMbufs()) {
      int[] segments = new int[frame.length / 1_001 + 1];
      Arrays.fill(segments, 1_001);
      segments[segments.length - 1] = frame.length % 1_001;
      long packet = mbufs.chain(frame, segments);
      edit.apply(new Mbuf().wrap(packet), frame.length, 0, false);
      return mbufs.bytes(packet);
    }
  }
}
