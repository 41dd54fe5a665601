package io.gatun.hw.model;

import io.gatun.bindings.RteMbufFlags;
import io.gatun.hw.tool.Tool;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What scapy makes of random packets: the judge of the model. A case is a packet as a sender leaves
 * it to a NIC, what its mbuf says, and the frames that must leave. Headers, lengths and sums of
 * those are scapy's; segments are cut by a few lines of Python that know nothing of NICs.
 */
final class ScapyOracle {
  private static final String PROGRAM =
      """
      import struct
      count, seed, fills, increments = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
      segmenting = sys.argv[5] == "segments"
      random.seed(seed)
      rnd = random.randrange
      def noise(n):
          return bytes(rnd(256) for i in range(n))
      def mac():
          return "02:" + ":".join("%02x" % rnd(256) for i in range(5))
      def port(): # one that tshark has no dissector for
          return rnd(50000, 65000)
      def ip(v, inner):
          if v == 4:
              options = noise(0)
              if inner and rnd(3) == 0:
                  options = [IPOption(b"\\x94\\x04\\x00\\x00")] * rnd(1, 4)
              return IP(src="198.18.%d.%d" % (rnd(256), rnd(256)), id=rnd(65536), tos=rnd(256),
                        dst="198.19.%d.%d" % (rnd(256), rnd(256)), options=options or [])
          head = IPv6(src="2001:2::%x" % rnd(65536), dst="2001:2:1::%x" % rnd(65536),
                      fl=rnd(1 << 20), tc=rnd(256))
          if inner and rnd(3) == 0:
              head /= IPv6ExtHdrDestOpt(options=[PadN(optdata=noise(4))])
          return head
      def tcp():
          kinds = [[], [("NOP", None)] * 4, [("Timestamp", (1, 2)), ("NOP", None), ("NOP", None)]]
          return TCP(sport=port(), dport=port(), seq=rnd(1 << 32), ack=rnd(1 << 32),
                     flags=rnd(256), window=rnd(65536), options=kinds[rnd(3)])
      # name of the tunnel flag, IP protocol, UDP port, header, whether Ethernet is inside
      TUNNELS = [
          ("VXLAN", 17, 4789, lambda: b"\\x08\\0\\0\\0" + noise(3) + b"\\0", True),
          ("VXLAN_GPE", 17, 4790, lambda: b"\\x0c\\0\\0\\x03" + noise(3) + b"\\0", True),
          ("GENEVE", 17, 6081, lambda: b"\\x02\\0\\x65\\x58" + noise(3) + b"\\0"
              + b"\\x01\\x02\\x03\\x01" + noise(4), True),
          ("GRE", 47, 0, lambda: b"\\x20\\0\\x65\\x58" + noise(4), True),
          ("IPIP", 0, 0, lambda: b"", False),
      ]
      def folded(data):
          data += b"\\0" * (len(data) % 2)
          s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
          while s > 0xffff:
              s = (s >> 16) + (s & 0xffff)
          return s
      def pseudo(data, at, v, l4, proto, with_length):
          addresses = data[at + 12:at + 20] if v == 4 else data[at + 8:at + 40]
          length = len(data) - l4 if with_length else 0
          return folded(addresses + struct.pack("!IH", length, proto))
      def put(data, at, value):
          return data[:at] + struct.pack("!H", value) + data[at + 2:]
      def field(data, at, seed_value):
          return put(data, at, seed_value if fills == "FIELD" else rnd(65536))
      for n in range(count):
          flags = []
          v, outer_v, vlan = rnd(2) * 2 + 4, rnd(2) * 2 + 4, rnd(4) == 0
          tunnel = TUNNELS[rnd(len(TUNNELS))] if rnd(4) else None
          long_l2 = tunnel is not None and not segmenting and rnd(4) == 0 and fills == "FIELD"
          ether = Ether(src=mac(), dst=mac())
          if vlan:
              ether /= Dot1Q(vlan=rnd(4096), prio=rnd(8))
          is_tcp = segmenting or rnd(2) == 0
          l4 = tcp() if is_tcp else UDP(sport=port(), dport=port())
          inner_ip = ip(v, True)
          payload = noise(rnd(1, 9000) if segmenting else rnd(0, 1400))
          mss = rnd(256, 1449)
          outer_udp_sum = tunnel is not None and tunnel[1] == 17 and not long_l2 and rnd(2) == 0
          def build(i, part, last):
              head, body = inner_ip.copy(), l4.copy()
              if is_tcp and segmenting:
                  body.seq = (body.seq + i * mss) % (1 << 32)
                  body.flags = int(body.flags) & ~(0x80 if i else 0) & ~(0 if last else 0x09)
              if v == 4:
                  head.id = (head.id + i) % 65536
              packet = head / body / Raw(part)
              if tunnel is None:
                  return ether.copy() / packet
              if tunnel[4]:
                  packet = inner_ether.copy() / packet
              top = outer_ip.copy()
              if outer_v == 4 and increments == "INCREMENT":
                  top.id = (top.id + i) % 65536
              if tunnel[1] == 17:
                  udp = outer_udp.copy()
                  if not outer_udp_sum:
                      udp.chksum = 0
                  packet = udp / Raw(header) / packet
              elif header:
                  packet = Raw(header) / packet
              if outer_v == 4:
                  top.proto = tunnel[1] or (4 if v == 4 else 41)
              else:
                  top.nh = tunnel[1] or (4 if v == 4 else 41)
              return ether.copy() / top / packet
          outer_l2 = len(ether)
          l2, outer_l3 = outer_l2, 0
          if tunnel is not None:
              header, outer_ip = tunnel[3](), ip(outer_v, False)
              inner_ether = Ether(src=mac(), dst=mac())
              if rnd(4) == 0:
                  inner_ether /= Dot1Q(vlan=rnd(4096))
              outer_udp = UDP(sport=port(), dport=tunnel[2])
              outer_l3 = 20 if outer_v == 4 else 40
              l2 = (8 if tunnel[1] == 17 else 0) + len(header)
              l2 += len(inner_ether) if tunnel[4] else 0
          if segmenting:
              cuts = range(0, max(len(payload), 1), mss)
              parts = [payload[at:at + mss] for at in cuts]
          else:
              parts = [payload]
          frames = [bytes(build(i, part, i == len(parts) - 1)) for i, part in enumerate(parts)]
          data = bytes(build(0, payload, True))
          inner_at = l2 + (outer_l2 + outer_l3 if tunnel else 0)
          l3, l4_len = len(inner_ip), len(l4)
          l4_at = inner_at + l3
          flags.append("IPV%d" % v)
          if v == 4:
              flags.append("IP_CKSUM")
              data = field(data, inner_at + 10, 0)
          flags.append("TCP_SEG" if segmenting else "TCP_CKSUM" if is_tcp else "UDP_CKSUM")
          data = field(data, l4_at + (16 if is_tcp else 6),
                       pseudo(data, inner_at, v, l4_at, 6 if is_tcp else 17, not segmenting))
          if long_l2:
              l2, outer_l2, outer_l3 = inner_at, 0, 0
              if l2 > 127:
                  continue
          elif tunnel is not None:
              flags.append("OUTER_IPV%d" % outer_v)
              flags.append("TUNNEL_" + tunnel[0])
              if outer_v == 4:
                  flags.append("OUTER_IP_CKSUM")
                  data = field(data, outer_l2 + 10, 0)
              if outer_udp_sum:
                  flags.append("OUTER_UDP_CKSUM")
                  udp_at = outer_l2 + outer_l3
                  data = field(data, udp_at + 6,
                               pseudo(data, outer_l2, outer_v, udp_at, 17, not segmenting))
          else:
              outer_l2 = 0
          tci, outer_tci = rnd(65536), rnd(65536)
          if rnd(4) == 0:
              flags.append("VLAN")
              frames = [f[:12] + struct.pack("!HH", 0x8100, tci) + f[12:] for f in frames]
          print("|".join(flags), l2, l3, l4_len, mss if segmenting else 0, outer_l3, outer_l2,
                tci, outer_tci, data.hex(), ",".join(f.hex() for f in frames))
      """;

  /**
   * One packet with what must become of it.
   *
   * @param request what the mbuf says
   * @param packet what the sender leaves to the NIC
   * @param frames what leaves
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Case(TxRequest request, byte[] packet, List<byte[]> frames) {}

  private ScapyOracle() {}

  /** Packets whose checksums are the NIC's. */
  static List<Case> checksums(NicBehaviour behaviour, int count, int seed) {
    return cases(behaviour, count, seed, "checksums");
  }

  /** TCP packets that the NIC is to cut. */
  static List<Case> segments(NicBehaviour behaviour, int count, int seed) {
    return cases(behaviour, count, seed, "segments");
  }

  private static List<Case> cases(NicBehaviour behaviour, int count, int seed, String what) {
    return Tool.scapy(PROGRAM, count, seed, behaviour.seed(), behaviour.outerIds(), what)
        .lines()
        .map(ScapyOracle::read)
        .toList();
  }

  private static Case read(String line) {
    String[] words = line.split(" ", -1);
    int[] numbers = Arrays.stream(words, 1, 9).mapToInt(Integer::parseInt).toArray();
    byte[] packet = HexFormat.of().parseHex(words[9]);
    TxRequest request =
        new TxRequest(
            flags(words[0].split("\\|", -1)),
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5],
            numbers[6],
            numbers[7],
            1,
            packet.length,
            packet.length);
    List<byte[]> frames =
        Arrays.stream(words[10].split(",", -1)).map(HexFormat.of()::parseHex).toList();
    return new Case(request, packet, frames);
  }

  /** {@code RTE_MBUF_F_TX_*} by the end of their names. */
  static long flags(String... names) {
    long flags = 0;
    for (String name : names) {
      try {
        flags |= RteMbufFlags.class.getField("RTE_MBUF_F_TX_" + name).getLong(null);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(name, e);
      }
    }
    return flags;
  }
}
