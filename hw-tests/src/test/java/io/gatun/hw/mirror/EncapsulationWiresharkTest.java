package io.gatun.hw.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.mirror.MirroredFrames.Lane;
import io.gatun.hw.mirror.MirroredFrames.Sent;
import io.gatun.hw.model.Captures;
import io.gatun.hw.tool.Tool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** tshark reads what every encapsulation was told to say, and finds the frame behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncapsulationWiresharkTest {
  private static final int FRAMES = 6_000;
  private static final int SEED = 20_260_501;
  private static final String GOOD = "1";
  private static final String NOT_PRESENT = "3";

  private static final List<String> FIELDS =
      List.of(
          ("frame.protocols eth.dst eth.src vlan.id vlan.priority ip.src ip.dst ip.ttl ip.id"
                  + " ip.dsfield.dscp ip.flags.df ip.len ip.checksum.status ipv6.src ipv6.dst"
                  + " ipv6.hlim ipv6.tclass.dscp ipv6.flow ipv6.plen gre.proto gre.key"
                  + " gre.sequence_number erspan.version erspan.vlan erspan.cos erspan.encap"
                  + " erspan.bso erspan.truncated erspan.spanid erspan.index erspan.timestamp"
                  + " erspan.sgt erspan.p erspan.ft erspan.hw erspan.gra erspan.direction erspan.o"
                  + " udp.dstport udp.length udp.checksum.status vxlan.vni")
              .split(" ", -1));

  private static final Pattern ETHERNET =
      Pattern.compile("<proto name=\"eth\".* pos=\"([0-9]+)\">");

  private final List<Sent> frames = new MirroredFrames(SEED, 0).take(FRAMES);
  @TempDir private static Path directory;
  private Path capture = Path.of("");

  @BeforeAll
  void write() {
    Tool.assumeTshark();
    capture = directory.resolve("mirrored.pcap");
    Captures.write(capture, frames.stream().map(Sent::bytes).toList());
  }

  private List<String> tshark(String... arguments) {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
    command.addAll(List.of("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"));
    // RFC 6935: "illegal" to tshark otherwise.
    command.addAll(List.of("-o", "udp.ignore_ipv6_zero_checksum:TRUE"));
    command.addAll(List.of("-d", "udp.port==8472,vxlan"));
    command.addAll(List.of(arguments));
    return Tool.run(command.toArray(String[]::new)).orFail().lines().toList();
  }

  @Test
  void everyFieldOfEveryHeaderIsAsAskedFor() {
    List<String> arguments = new ArrayList<>(List.of("-T", "fields", "-E", "occurrence=f"));
    FIELDS.forEach(field -> arguments.addAll(List.of("-e", field)));
    List<String> lines = tshark(arguments.toArray(String[]::new));

    assertThat(lines).hasSize(FRAMES);
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < FRAMES; i++) {
      Sent sent = frames.get(i);
      String[] values = lines.get(i).split("\t", -1);
      Map<String, String> found = new LinkedHashMap<>();
      Map<String, String> expected = expected(sent);
      for (int f = 0; f < values.length; f++) {
        if (expected.containsKey(FIELDS.get(f))) {
          found.put(FIELDS.get(f), values[f]);
        }
      }
      assertThat(values[0]).as("frame %d", i + 1).startsWith(layers(sent.lane()));
      assertThat(found).as("frame %d: %s", i + 1, sent.lane()).isEqualTo(expected);
      seen.merge(sent.lane().kind(), 1, Integer::sum);
    }
    assertThat(seen).hasSize(6).allSatisfy((kind, n) -> assertThat(n).isGreaterThan(500));
  }

  /** Where tshark sees the second Ethernet header, the mirrored frame starts, to the last byte. */
  @Test
  void theFrameIsWhereItSeesOne() {
    List<Integer> last = new ArrayList<>();
    int count = 0;
    for (String line : tshark("-T", "pdml", "-J", "eth")) {
      Matcher ethernet = ETHERNET.matcher(line);
      if (line.startsWith("<packet>")) {
        count = 0;
        last.add(-1);
      } else if (ethernet.find() && count++ < 2) {
        last.set(last.size() - 1, Integer.parseInt(ethernet.group(1)));
      }
    }

    assertThat(last).hasSize(FRAMES);
    for (int i = 0; i < FRAMES; i++) {
      Sent sent = frames.get(i);
      byte[] bytes = sent.bytes();
      int from = last.get(i);
      if (sent.lane().kind().equals("rspan")) {
        assertThat(from).as("frame %d has one", i + 1).isZero();
        byte[] untagged = Arrays.copyOf(bytes, bytes.length - 4);
        System.arraycopy(bytes, 16, untagged, 12, bytes.length - 16);
        assertThat(untagged).as("frame %d", i + 1).isEqualTo(sent.original());
      } else {
        assertThat(from).as("frame %d has two", i + 1).isPositive();
        assertThat(Arrays.copyOfRange(bytes, from, bytes.length))
            .as("frame %d", i + 1)
            .isEqualTo(sent.original());
      }
    }
  }

  private static String layers(Lane lane) {
    if (lane.kind().equals("rspan")) {
      return "eth:ethertype:vlan";
    }
    String link = lane.isTagged() ? "eth:ethertype:vlan:ethertype:" : "eth:ethertype:";
    String ip = link + (lane.isIpv4() ? "ip:" : "ipv6:");
    return switch (lane.kind()) {
      case "vxlan" -> ip + "udp:vxlan:eth";
      case "gre" -> ip + "gre:eth";
      default -> ip + "gre:erspan:eth";
    };
  }

  private static Map<String, String> expected(Sent sent) {
    Lane lane = sent.lane();
    Map<String, String> fields = new LinkedHashMap<>();
    if (lane.kind().equals("rspan")) {
      fields.put("vlan.id", lane.get("vlan", ""));
      fields.put("vlan.priority", lane.get("pcp", ""));
      return fields;
    }
    fields.put("eth.dst", lane.get("mac", "ff:ff:ff:ff:ff:ff"));
    fields.put("eth.src", MirroredFrames.PORT_ADDRESS);
    if (lane.isTagged()) {
      String[] tag = lane.get("vlan", "").split(":", -1);
      fields.put("vlan.id", tag[0]);
      fields.put("vlan.priority", tag[1]);
    }
    int ip = lane.isTagged() ? 18 : 14;
    ip(fields, lane, sent.bytes().length - ip);
    switch (lane.kind()) {
      case "gre" -> {
        fields.put("gre.proto", "0x6558");
        String key = lane.get("key", "");
        fields.put("gre.key", key.isEmpty() ? "" : "0x%08x".formatted(Integer.parseInt(key)));
      }
      case "vxlan" -> {
        boolean checksum = lane.get("csum", "off").equals("on");
        fields.put("vxlan.vni", lane.get("vni", ""));
        fields.put("udp.dstport", lane.get("port", "4789"));
        fields.put("udp.length", Integer.toString(sent.original().length + 16));
        fields.put("udp.checksum.status", checksum ? GOOD : NOT_PRESENT);
      }
      default -> erspan(fields, sent);
    }
    return fields;
  }

  private static void ip(Map<String, String> fields, Lane lane, int bytes) {
    String dscp = lane.get("dscp", "0");
    String ttl = lane.get("ttl", "64");
    if (lane.isIpv4()) {
      fields.put("ip.src", lane.get("local", ""));
      fields.put("ip.dst", lane.get("remote", ""));
      fields.put("ip.ttl", ttl);
      fields.put("ip.id", "0x0000");
      fields.put("ip.dsfield.dscp", dscp);
      fields.put("ip.flags.df", "1");
      fields.put("ip.len", Integer.toString(bytes));
      fields.put("ip.checksum.status", GOOD);
    } else {
      fields.put("ipv6.src", lane.get("local", ""));
      fields.put("ipv6.dst", lane.get("remote", ""));
      fields.put("ipv6.hlim", ttl);
      fields.put("ipv6.tclass.dscp", dscp);
      fields.put("ipv6.flow", "0x000000");
      fields.put("ipv6.plen", Integer.toString(bytes - 40));
    }
  }

  private static void erspan(Map<String, String> fields, Sent sent) {
    Lane lane = sent.lane();
    boolean three = lane.kind().equals("erspan3");
    fields.put("gre.proto", three ? "0x22eb" : "0x88be");
    if (lane.kind().equals("erspan1")) {
      fields.put("gre.sequence_number", "");
      fields.put("erspan.version", "");
      return;
    }
    int tci = tci(sent.original());
    fields.put("gre.sequence_number", Integer.toString(sent.sequence()));
    fields.put("erspan.version", three ? "2" : "1");
    fields.put("erspan.vlan", Integer.toString(Math.max(0, tci) & 0xfff));
    fields.put("erspan.cos", Integer.toString(Math.max(0, tci) >>> 13));
    fields.put("erspan.truncated", sent.truncated() ? "1" : "0");
    fields.put("erspan.spanid", lane.get("session", ""));
    if (!three) {
      fields.put("erspan.encap", tci < 0 ? "0" : "3");
      fields.put("erspan.index", lane.get("index", ""));
      return;
    }
    fields.put("erspan.bso", "0");
    fields.put("erspan.timestamp", Long.toString(sent.timestampNanos() / 100 % (1L << 32)));
    fields.put("erspan.sgt", lane.get("sgt", ""));
    fields.put("erspan.p", "1");
    fields.put("erspan.ft", "0");
    fields.put("erspan.hw", lane.get("hwid", ""));
    fields.put("erspan.gra", "1");
    fields.put("erspan.direction", sent.egress() ? "1" : "0");
    fields.put("erspan.o", "0");
  }

  /** Of the frame's own first tag, or -1. */
  private static int tci(byte[] frame) {
    int type = ByteBuffer.wrap(frame).getShort(12) & 0xffff;
    boolean tagged = (type == 0x8100 || type == 0x88a8) && frame.length >= 16;
    return tagged ? ByteBuffer.wrap(frame).getShort(14) & 0xffff : -1;
  }
}
