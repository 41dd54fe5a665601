"""Judges what a gateway made of a tenant's frames: check_encapsulation.py CONFIG IN OUT BACK.

CONFIG is a JSON object with the gateway's options; IN what the tenant sent, OUT what left on the
underlay, BACK what the tenant got. tshark checks every checksum, length and option of both;
this program compares bytes. Prints one JSON object: how many packets of which fate, and the
problems that were found.
"""

import collections
import ipaddress
import json
import struct
import sys

import wire
from wire import Inner, Tunnel, u16, u32

MANY_PROBLEMS = 25


def room(config):
    """Bytes of an inner frame that fit into an outer IP packet of the MTU."""
    header = 20 if ":" not in config["local"] else 40
    if config["tunnel"] in wire.UDP_PORTS:
        header += 16
        for _, _, data in config.get("options", []):
            header += 4 + len(data) // 2
    elif config["tunnel"] == "nvgre":
        header += 8
    elif config["tunnel"] == "gre":
        header += 4 + 4 * (("vni" in config) + config.get("csum", False) + config.get("seq", False))
    return config["mtu"] - header


def fate(config, frame):
    """What shall become of a tenant's frame."""
    layers = Inner(frame)
    ethernet = config["tunnel"] != "ipip"
    if not ethernet and not layers.is_ip:
        return "not carried"
    size = len(frame) if ethernet else layers.end - layers.l2
    if size <= room(config):
        return "whole"
    if layers.is_tcp:
        return "segments"
    if not layers.is_ip:
        return "not carried"
    return "too big" if layers.df else "fragments"


class Judge:
    def __init__(self, config, sent, out, back):
        self.config = config
        self.tunnel = config["tunnel"]
        self.ethernet = self.tunnel != "ipip"
        self.room = room(config)
        self.counts = collections.Counter()
        self.problems = []
        self.sent = wire.read_pcap(sent)
        self.out = wire.read_pcap(out)
        self.back = wire.read_pcap(back)
        self.seen = wire.dissect(out, self.tunnel, config.get("port"))
        self.seen_back = wire.dissect(back)
        self.leave_out_announcements()
        self.leave_out_neighbours()
        self.next_out = self.next_back = 0
        self.source_ports = {}
        self.sequence = None
        self.outer_ids = []
        self.source_macs = set()

    def leave_out_announcements(self):
        """A host may say at its start that an address is its own (RFC 5227, RFC 4861 7.2.6)."""
        own = ipaddress.ip_address(self.config["local"]).packed
        kept = []
        for number, frame in enumerate(self.out):
            layers = Inner(frame)
            at = layers.l2
            announced = None
            if layers.type == wire.ARP:
                announced = frame[at + 14 : at + 18], frame[at + 24 : at + 28]
            elif layers.protocol == wire.ICMPV6 and frame[layers.l4] == 136:
                announced = layers.source, frame[layers.l4 + 8 : layers.l4 + 24]
            if announced == (own, own):
                self.counts["announcements"] += 1
                for complaint in wire.complaints(self.seen[number]):
                    self.wrong("announcement", "tshark: " + complaint)
            else:
                kept.append(number)
        self.out = [self.out[number] for number in kept]
        self.seen = [self.seen[number] for number in kept]

    def leave_out_neighbours(self):
        """A gateway that carries no Ethernet answers questions about neighbours itself."""
        if self.ethernet:
            return
        askers = {frame[6:12] for frame in self.sent if Inner(frame).type == wire.ARP}
        kept = []
        for number, frame in enumerate(self.back):
            if Inner(frame).type == wire.ARP and u16(frame, 20) == 2 and frame[0:6] in askers:
                self.counts["neighbours answered"] += 1
            else:
                kept.append(number)
        self.back = [self.back[number] for number in kept]
        self.seen_back = [self.seen_back[number] for number in kept]

    def wrong(self, where, what):
        self.problems.append("%s: %s" % (where, what))

    def expect(self, where, what, have, want):
        if have != want:
            self.wrong(where, "%s is %s instead of %s" % (what, have, want))

    def judge(self):
        for i, frame in enumerate(self.sent):
            if len(self.problems) > MANY_PROBLEMS:
                return
            kind = fate(self.config, frame)
            self.counts[kind] += 1
            where = "frame %d (%s)" % (i + 1, kind)
            try:
                self.packet(where, kind, frame)
            except (IndexError, struct.error) as error:
                self.wrong(where, "a packet ends within a header: %s" % error)
        for left, name, number in ((self.out, "OUT", self.next_out), (self.back, "BACK", self.next_back)):
            if len(left) != number:
                self.wrong(name, "has %d packets instead of %d" % (len(left), number))
        self.judge_all()

    def packet(self, where, kind, frame):
        if kind == "whole":
            self.whole(where, frame)
        elif kind == "segments":
            self.segments(where, frame)
        elif kind == "fragments":
            self.fragments(where, frame)
        elif kind == "too big":
            self.too_big(where, frame)

    # ---- the outer headers ------------------------------------------------------------------

    def take(self, where, frame):
        """The next packet of OUT with its outer headers judged; frame is what it carries."""
        number = self.next_out
        if number >= len(self.out):
            self.wrong(where, "there is no packet %d" % (number + 1))
            return None
        self.next_out += 1
        where += ", packet %d" % (number + 1)
        for complaint in wire.complaints(self.seen[number]):
            self.wrong(where, "tshark: " + complaint)
        try:
            packet = Tunnel(self.out[number], self.tunnel, self.config.get("port"))
        except ValueError as error:
            self.wrong(where, error)
            return None
        self.outer(where, self.out[number], packet, Inner(frame))
        self.header(where, packet, self.seen[number], Inner(frame))
        return packet.inner

    def outer(self, where, data, packet, inner):
        config, outer = self.config, packet.outer
        self.expect(where, "destination MAC", data[0:6].hex(":"), config["remote_mac"])
        self.source_macs.add(data[6:12].hex(":"))
        self.expect(where, "source", str(ipaddress.ip_address(outer.source)), config["local"])
        self.expect(where, "destination", str(ipaddress.ip_address(outer.destination)), config["remote"])
        size = outer.end - outer.l2
        if size > config["mtu"]:
            self.wrong(where, "%d bytes are more than the MTU" % size)
        rest = data[outer.end :]
        if rest and (len(data) > 60 or rest.strip(b"\0")):
            self.wrong(where, "%d bytes behind the outer packet" % len(rest))
        self.expect(where, "ECN", outer.tos & 3, inner.tos & 3 if inner.is_ip else 0)
        dscp = config.get("dscp")
        if dscp == "copy":
            dscp = inner.tos >> 2 if inner.is_ip else 0
        if dscp is not None:
            self.expect(where, "DSCP", outer.tos >> 2, dscp)
        if "ttl" in config:
            self.expect(where, "TTL", outer.ttl, config["ttl"])
        if outer.type == wire.IPV4:
            if "df" in config:
                self.expect(where, "DF", outer.df, config["df"])
            if not outer.df:
                self.outer_ids.append(outer.id)
        self.expect(where, "VLAN", outer.vlans, config.get("vlan", []))

    def header(self, where, packet, seen, inner):
        config, fields = self.config, packet.fields
        if "vni" in config:
            self.expect(where, "VNI", packet.vni, config["vni"])
        if self.tunnel in wire.UDP_PORTS:
            flow = inner.ports
            first = self.source_ports.setdefault(flow, packet.source_port)
            self.expect(where, "source port of its flow", packet.source_port, first)
            self.expect(where, "has a UDP checksum", packet.udp_checksum != 0, config["udp_checksum"])
        if self.tunnel == "vxlan":
            self.expect(where, "VXLAN flags", fields["flags"], 0x08)
            self.expect(where, "tshark's VNI", seen["vxlan.vni"], [str(config["vni"])])
        elif self.tunnel == "vxlan-gpe":
            self.expect(where, "VXLAN-GPE flags", fields["flags"], 0x0C)
            self.expect(where, "tshark's next protocol", len(seen["vxlan.next_proto"]), 1)
            self.expect(where, "next protocol", fields["next"], 3)
        elif self.tunnel == "geneve":
            self.geneve(where, fields, seen)
        elif self.tunnel == "gre":
            self.expect(where, "tshark's keys", len(seen["gre.key"]), int("vni" in config))
            self.expect(where, "has a GRE checksum", "checksum" in fields, config.get("csum", False))
            want = [wire.GOOD] if config.get("csum") else [wire.ABSENT] if seen["gre.checksum.status"] else []
            self.expect(where, "tshark's GRE checksum status", seen["gre.checksum.status"], want)
            self.expect(where, "has a sequence number", "sequence" in fields, config.get("seq", False))
            if "sequence" in fields:
                if self.sequence is not None:
                    self.expect(where, "sequence number", fields["sequence"], (self.sequence + 1) & 0xFFFFFFFF)
                self.sequence = fields["sequence"]
        elif self.tunnel == "ipip":
            protocol = wire.IPIP if inner.type == wire.IPV4 else wire.SIX_IN
            self.expect(where, "protocol", packet.outer.protocol, protocol)

    def geneve(self, where, fields, seen):
        wanted = self.config.get("options", [])
        data = b""
        for kind, number, hexadecimal in wanted:
            value = bytes.fromhex(hexadecimal)
            data += bytes([kind >> 8, kind & 255, number, len(value) // 4]) + value
        self.expect(where, "Geneve options", fields["options"].hex(), data.hex())
        critical = any(number & 0x80 for _, number, _ in wanted)
        self.expect(where, "Geneve critical bit", fields["critical"], critical)
        self.expect(where, "tshark's VNI", [int(v, 0) for v in seen["geneve.vni"]], [self.config["vni"]])
        classes = [int(v, 0) for v in seen["geneve.option.class"]]
        self.expect(where, "tshark's option classes", classes, [kind for kind, _, _ in wanted])

    # ---- the inner packet -------------------------------------------------------------------

    def whole(self, where, frame):
        inner = self.take(where, frame)
        layers = Inner(frame)
        want = frame if self.ethernet else frame[layers.l2 : layers.end]
        if inner is not None and inner != want:
            at = next((i for i, (a, b) in enumerate(zip(inner, want)) if a != b), min(len(inner), len(want)))
            self.wrong(where, "inner packet differs at byte %d (%d, %d bytes)" % (at, len(inner), len(want)))

    def segments(self, where, frame):
        whole = Inner(frame)
        headers = whole.l4 + whole.tcp_header - (0 if self.ethernet else whole.l2)
        size = self.room - headers
        payload, number = b"", 0
        count = -(-len(whole.payload) // size)
        for number in range(count):
            data = self.take(where, frame)
            if data is None:
                return
            self.counts["segment packets"] += 1
            self.segment("%s, segment %d of %d" % (where, number + 1, count), whole, data, len(payload), number, count)
            segment = Inner(data, self.ethernet)
            if number < count - 1:
                self.expect(where, "segment's payload", len(segment.payload), size)
            payload += segment.payload
        if payload != whole.payload:
            self.wrong(where, "payload differs once put together")

    def segment(self, where, whole, data, done, number, count):
        segment = Inner(data, self.ethernet)
        first, last = number == 0, number == count - 1
        if segment.end != len(data):
            self.wrong(where, "has %d bytes behind IP's end" % (len(data) - segment.end))
        self.expect(where, "sequence", segment.sequence, (whole.sequence + done) & 0xFFFFFFFF)
        flags = whole.flags
        if not first:
            flags &= ~wire.CWR
        if not last:
            flags &= ~(wire.FIN | wire.PSH)
        self.expect(where, "TCP flags", segment.flags, flags)
        if whole.type == wire.IPV4:
            self.expect(where, "IPv4 id", segment.id, (whole.id + number) & 0xFFFF)
        # The rest of all headers is the original's: blank out what may differ, then compare.
        have = self.blanked(data, segment, 0 if self.ethernet else None)
        want = self.blanked(whole.data, whole, 0 if self.ethernet else whole.l2)
        self.expect(where, "rest of the headers", have.hex(), want.hex())

    def blanked(self, data, layers, start):
        header = bytearray(data[: layers.l4 + layers.tcp_header])
        ip, tcp = layers.l2, layers.l4
        if layers.type == wire.IPV4:
            spans = [(ip + 2, 4), (ip + 10, 2)]
        else:
            spans = [(ip + 4, 2)]
        for at, size in spans + [(tcp + 4, 4), (tcp + 13, 1), (tcp + 16, 2)]:
            header[at : at + size] = bytes(size)
        return bytes(header[start or 0 :])

    def fragments(self, where, frame):
        whole = Inner(frame)
        body = frame[whole.l4 : whole.end]
        done, more = 0, True
        while more and done < len(body):
            data = self.take(where, frame)
            if data is None:
                return
            self.counts["fragment packets"] += 1
            part = Inner(data, self.ethernet)
            piece = data[part.l4 : part.end]
            last = done + len(piece) >= len(body)
            self.expect(where, "fragment's offset", part.offset, whole.offset + done)
            self.expect(where, "more fragments", part.more, whole.more or not last)
            for name in ("id", "source", "destination", "tos", "ttl", "protocol", "df"):
                self.expect(where, "fragment's " + name, getattr(part, name), getattr(whole, name))
            if self.ethernet:
                self.expect(where, "fragment's Ethernet header", data[: part.l2], frame[: whole.l2])
            if piece != body[done : done + len(piece)] or not piece:
                self.wrong(where, "fragment's bytes differ")
                return
            done, more = done + len(piece), part.more or not last
        self.expect(where, "bytes put together", done, len(body))

    def too_big(self, where, frame):
        number = self.next_back
        if number >= len(self.back):
            self.wrong(where, "no ICMP comes back")
            return
        self.next_back += 1
        data, seen = self.back[number], self.seen_back[number]
        for complaint in wire.complaints(seen):
            self.wrong(where, "ICMP: tshark: " + complaint)
        sent, answer = Inner(frame), Inner(data)
        self.expect(where, "ICMP's destination MAC", data[0:6].hex(":"), frame[6:12].hex(":"))
        self.expect(where, "ICMP's VLANs", answer.vlans, sent.vlans)
        self.expect(where, "ICMP's destination", answer.destination, sent.source)
        largest = self.room - (sent.l2 if self.ethernet else 0)
        at = answer.l4
        if sent.type == wire.IPV4:
            self.expect(where, "ICMP type and code", (answer.protocol, data[at], data[at + 1]), (wire.ICMP, 3, 4))
            self.expect(where, "ICMP's MTU", u16(data, at + 6), largest)
            status = seen["icmp.checksum.status"]
            quoted_bytes = 548
        else:
            self.expect(where, "ICMP type and code", (answer.protocol, data[at], data[at + 1]), (wire.ICMPV6, 2, 0))
            self.expect(where, "ICMP's MTU", u32(data, at + 4), max(largest, 1280))
            status = seen["icmpv6.checksum.status"]
            quoted_bytes = 1232
        self.expect(where, "tshark's ICMP checksum status", status[:1], [wire.GOOD])
        quoted = data[at + 8 : answer.end]
        original = frame[sent.l2 : sent.end]
        # At least the header and eight bytes more, at most what RFC 1812 and RFC 4443 allow.
        if not original.startswith(quoted) or not sent.l4 - sent.l2 + 8 <= len(quoted) <= quoted_bytes:
            self.wrong(where, "ICMP quotes %d bytes: %s" % (len(quoted), quoted[:40].hex()))

    # ---- all together -----------------------------------------------------------------------

    def judge_all(self):
        if len(self.source_macs) > 1 or any(int(m[:2], 16) & 1 for m in self.source_macs):
            self.wrong("OUT", "source MACs %s" % sorted(self.source_macs))
        if len(set(self.outer_ids)) < min(len(self.outer_ids), 65536):
            self.wrong("OUT", "outer IPv4 ids are used twice")
        ports = set(self.source_ports.values())
        if any(not 49152 <= port <= 65535 for port in ports):
            self.wrong("OUT", "source ports %s" % sorted(ports)[:5])
        # Several hundred flows over 16384 ports: few may fall together.
        if len(ports) < 0.9 * len(self.source_ports):
            self.wrong("OUT", "%d flows share %d source ports" % (len(self.source_ports), len(ports)))


def main(config, sent, out, back):
    judge = Judge(json.loads(config), sent, out, back)
    judge.judge()
    counts = dict(judge.counts, frames=len(judge.sent), out=len(judge.out), back=len(judge.back))
    print(json.dumps({"counts": counts, "problems": judge.problems[:MANY_PROBLEMS]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
