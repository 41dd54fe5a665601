package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.mirror.MirroredFrames.Lane;
import io.gatun.hw.mirror.MirroredFrames.Sent;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * scapy builds the same bytes from the same request: lengths and checksums are its own. Only
 * VXLAN's source port is taken from our frame, for nobody else knows our hash.
 */
class EncapsulationScapyTest {
  private static final int FRAMES = 3_000;
  private static final int MOST_BYTES = 1_514;
  private static final int SEED = 20_260_502;

  private static final String PROGRAM =
      """
      from scapy.contrib.erspan import ERSPAN_II, ERSPAN_III
      from scapy.layers.vxlan import VXLAN
      def tag(frame):
          if len(frame) < 16 or frame[12:14] not in (b"\\x81\\x00", b"\\x88\\xa8"):
              return None
          return Dot1Q(frame[14:18].ljust(4, b"\\0"))
      def outer(d, proto):
          p = Ether(dst=d.get("mac", "ff:ff:ff:ff:ff:ff"), src=d["port-mac"])
          if "vlan" in d:
              id, pcp = d["vlan"].split(":")
              p /= Dot1Q(vlan=int(id), prio=int(pcp))
          tos, ttl = int(d.get("dscp", 0)) << 2, int(d.get("ttl", 64))
          if "." in d["local"]:
              return p / IP(src=d["local"], dst=d["remote"], ttl=ttl, tos=tos, flags="DF", id=0,
                            proto=proto)
          return p / IPv6(src=d["local"], dst=d["remote"], hlim=ttl, tc=tos, nh=proto)
      def build(d):
          frame, kind = bytes.fromhex(d["frame"]), d["kind"]
          if kind == "rspan":
              e = Ether(frame[:14])
              return (Ether(dst=e.dst, src=e.src, type=0x8100)
                      / Dot1Q(vlan=int(d["vlan"]), prio=int(d["pcp"]), type=e.type)
                      / Raw(frame[14:]))
          if kind == "vxlan":
              udp = UDP(sport=int(d["sport"]), dport=int(d.get("port", 4789)))
              if d.get("csum") != "on":
                  udp.chksum = 0
              return outer(d, 17) / udp / VXLAN(vni=int(d["vni"]), flags=8) / Raw(frame)
          if kind == "gre":
              gre = GRE(proto=0x6558)
              if "key" in d:
                  gre = GRE(proto=0x6558, key_present=1, key=int(d["key"]))
              return outer(d, 47) / gre / Raw(frame)
          if kind == "erspan1":
              return outer(d, 47) / GRE(proto=0x88be) / Raw(frame)
          own = tag(frame)
          common = dict(vlan=own.vlan if own else 0, cos=own.prio if own else 0,
                        t=int(d["truncated"]), session_id=int(d["session"]))
          sequence = dict(seqnum_present=1, sequence_number=int(d["sequence"]))
          if kind == "erspan2":
              return (outer(d, 47) / GRE(proto=0x88be, **sequence)
                      / ERSPAN_II(ver=1, en=3 if own else 0, index=int(d["index"]), **common)
                      / Raw(frame))
          return (outer(d, 47) / GRE(proto=0x22eb, **sequence)
                  / ERSPAN_III(timestamp=int(d["timestamp"]), sgt_other=int(d["sgt"]), p=1,
                               hw=int(d["hwid"]), d=int(d["egress"]), gra=1, **common)
                  / Raw(frame))
      for line in open(sys.argv[1]):
          print(bytes(build(dict(w.split("=", 1) for w in line.split()))).hex())
      """;

  @Test
  void everyByteIsWhatScapyBuilds(@TempDir Path directory) throws IOException {
    Tool.assumeScapy();
    List<Sent> frames = new MirroredFrames(SEED, MOST_BYTES).take(FRAMES);
    Path requests = directory.resolve("requests");
    Files.write(requests, frames.stream().map(EncapsulationScapyTest::request).toList());

    List<String> built = Tool.scapy(PROGRAM, requests).lines().toList();

    assertThat(built).hasSize(FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      Sent sent = frames.get(i);
      assertThat(HexFormat.of().formatHex(sent.bytes()))
          .as("frame %d: %s", i + 1, sent.lane())
          .isEqualTo(built.get(i));
    }
  }

  private static String request(Sent sent) {
    Lane lane = sent.lane();
    List<String> words = new ArrayList<>();
    words.add("kind=" + lane.kind());
    lane.settings().forEach((key, value) -> words.add(key + "=" + value));
    words.add("port-mac=" + MirroredFrames.PORT_ADDRESS);
    words.add("truncated=" + (sent.truncated() ? 1 : 0));
    words.add("egress=" + (sent.egress() ? 1 : 0));
    words.add("sequence=" + sent.sequence());
    words.add("timestamp=" + sent.timestampNanos() / 100 % (1L << 32));
    if (lane.kind().equals("vxlan")) {
      int udp = lane.edit().headroom() - 16;
      int port = ByteBuffer.wrap(sent.bytes()).getShort(udp) & 0xffff;
      assertThat(port).isBetween(49_152, 65_535);
      words.add("sport=" + port);
    }
    words.add("frame=" + HexFormat.of().formatHex(sent.original()));
    return String.join(" ", words);
  }
}
