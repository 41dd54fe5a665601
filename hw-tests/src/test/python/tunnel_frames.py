"""Makes what arrives on an underlay: tunnel_frames.py CONFIG SEED FOLDER.

CONFIG is a JSON object: tunnel, vni, local, remote, local_mac, remote_mac, options. scapy builds
every packet and every checksum. Writes IN (what arrives, in random order), OUT (the inner frames
that must come out, in that order, when what is bad is dropped) and ALL (when what is bad is
delivered), and prints how many frames there are of each kind.

A frame is "good", or one checksum of it has one wrong bit ("bad outer ip", "bad outer udp",
"bad gre", "bad inner ip", "bad inner tcp", "bad inner udp"), or it must be dropped for what it
says ("drop ..."). The outer sums cover the damaged inner bytes, so they are right.
"""

import collections
import json
import os
import random
import sys

from scapy.all import GRE, IP, IPv6, TCP, UDP, Dot1Q, Dot1AD, Ether, IPv6ExtHdrDestOpt, PadN, Raw
from scapy.contrib.geneve import GENEVE
from scapy.layers.vxlan import VXLAN

import frames
import wire

DAMAGES = {
    "bad outer ip": 8,
    "bad outer udp": 8,
    "bad gre": 8,
    "bad inner ip": 8,
    "bad inner tcp": 8,
    "bad inner udp": 8,
}
GOOD = 90
DROPS = 3


def geneve_options():
    """Some options that a receiver may ignore: none has the critical bit."""
    data = b""
    for _ in range(random.choice([0, 1, 2, 5])):
        words = random.choice([0, 1, 3, 31])
        if len(data) + 4 + 4 * words > 63 * 4:
            break
        head = random.randrange(1 << 16), random.randrange(0x80)
        data += bytes([head[0] >> 8, head[0] & 255, head[1], words]) + random.randbytes(4 * words)
    return data


class Maker:
    def __init__(self, config):
        self.config = config
        self.tunnel = config["tunnel"]
        self.ethernet = self.tunnel != "ipip"
        self.six = ":" in config["local"]
        self.sequence = random.getrandbits(32)

    # ---- the outer headers, from the outside in -----------------------------------------------

    def link(self, **changes):
        config = self.config
        packet = Ether(dst=config["local_mac"], src=config["remote_mac"])
        if "vlan" in changes:
            packet = packet / Dot1Q(vlan=changes["vlan"], prio=random.randrange(8))
        return packet

    def network(self, ecn, protocol, **changes):
        """ecn: what the inner packet says, so that nothing is to be changed on the way out."""
        config = self.config
        tos = random.randrange(64) << 2 | ecn
        ttl = random.randrange(1, 256)
        to = changes.get("to", config["local"])
        if self.six:
            packet = IPv6(src=config["remote"], dst=to, tc=tos, hlim=ttl, fl=random.getrandbits(20), nh=protocol)
            if random.random() < 0.2:
                # RFC 2473: a tunnel end may add it; it is no reason not to take the packet.
                packet.nh = 60
                packet = packet / IPv6ExtHdrDestOpt(nh=protocol, options=[PadN(optdata=bytes(4))])
            return packet
        packet = IP(src=config["remote"], dst=to, tos=tos, ttl=ttl, id=random.getrandbits(16), proto=protocol)
        packet.flags = random.choice([0, 2])
        if random.random() < 0.2:
            packet.options = frames.options4()
        return packet

    def udp(self, zero):
        port = self.config.get("port") or wire.UDP_PORTS[self.tunnel]
        return UDP(sport=random.randrange(49152, 65536), dport=port, chksum=0 if zero else None)

    def header(self, zero, **changes):
        """What stands between the outer IP header and the inner packet."""
        vni = changes.get("vni", self.config.get("vni"))
        if self.tunnel == "vxlan":
            # RFC 7348: reserved bits are ignored on receipt.
            vxlan = VXLAN(flags=changes.get("flags", 0x08), vni=vni, reserved2=random.choice([0, 9]))
            return self.udp(zero) / vxlan
        if self.tunnel == "vxlan-gpe":
            flags = changes.get("flags", 0x0C)
            return self.udp(zero) / VXLAN(flags=flags, NextProtocol=changes.get("next", 3), vni=vni)
        if self.tunnel == "geneve":
            options = changes.get("options", geneve_options())
            geneve = GENEVE(vni=vni, proto=changes.get("proto", 0x6558), optionlen=len(options) // 4)
            geneve.version = changes.get("version", 0)
            geneve.critical = changes.get("critical", 0)
            return self.udp(zero) / geneve / Raw(options)
        if self.tunnel == "nvgre":
            return GRE(proto=0x6558, key_present=1, key=vni << 8 | random.randrange(256), version=changes.get("version", 0))
        if self.tunnel == "gre":
            gre = GRE(proto=changes.get("proto", 0x6558), version=changes.get("version", 0))
            if vni is not None:
                gre.key_present, gre.key = 1, vni
            if changes.get("checksum", random.random() < 0.5):
                gre.chksum_present = 1
            if random.random() < 0.5:
                self.sequence = (self.sequence + 1) & 0xFFFFFFFF
                gre.seqnum_present, gre.sequence_number = 1, self.sequence
            return gre
        return None

    def wrap(self, inner, zero=False, **changes):
        """Outer headers with right sums around an inner packet."""
        layers = wire.Inner(inner, self.ethernet)
        ecn = layers.tos & 3 if layers.is_ip else 0
        protocol = wire.UDP if self.tunnel in wire.UDP_PORTS else wire.GRE
        if not self.ethernet:
            protocol = wire.IPIP if layers.type == wire.IPV4 else wire.SIX_IN
        packet = self.link(**changes) / self.network(changes.pop("ecn", ecn), protocol, **changes)
        header = self.header(zero, **changes)
        return bytes(packet / header / Raw(inner) if header is not None else packet / Raw(inner))

    # ---- what is inside -----------------------------------------------------------------------

    def inner(self, wanted=None):
        """A frame of the tenant's, as Ethernet or from IP on: (what is sent, what comes out)."""
        while True:
            kinds = frames.small()
            kind = wanted or random.choice(list(kinds))
            frame = bytes(kinds[kind])
            layers = wire.Inner(frame)
            if self.ethernet:
                return frame, frame
            if layers.is_ip and not layers.vlans:
                packet = frame[layers.l2 : layers.end]
                return packet, packet

    # ---- one of each kind ---------------------------------------------------------------------

    def good(self):
        sent, out = self.inner()
        changes = {"vlan": self.config["vlan"]} if "vlan" in self.config else {}
        return self.wrap(sent, zero=random.random() < 0.3, **changes), out

    def damaged(self, kind):
        """One wrong bit in one checksum; None where this tunnel has no such checksum."""
        udp, gre = self.tunnel in wire.UDP_PORTS, self.tunnel == "gre"
        if kind == "bad outer ip" and self.six or kind == "bad outer udp" and not udp or kind == "bad gre" and not gre:
            return None
        bit = 1 << random.randrange(16)
        if kind.startswith("bad inner"):
            wanted = {"bad inner ip": ["udp4", "tcp4", "udp4-options", "icmp4"],
                      "bad inner tcp": ["tcp4", "tcp6", "tcp6-extensions", "qinq"],
                      "bad inner udp": ["udp4", "udp6", "udp6-extensions", "vlan"]}[kind]
            if not self.ethernet:
                wanted = wanted[:3]
            sent, _ = self.inner(random.choice(wanted))
            layers = wire.Inner(sent, self.ethernet)
            at = {"bad inner ip": layers.l2 + 10, "bad inner tcp": layers.l4 + 16, "bad inner udp": layers.l4 + 6}[kind]
            sent = self.flipped(sent, at, bit)
            if sent is None:
                return self.damaged(kind)
            return self.wrap(sent, checksum=True), sent
        sent, out = self.inner()
        frame = self.wrap(sent, zero=False, checksum=True)
        outer = wire.Inner(frame)
        at = {"bad outer ip": outer.l2 + 10, "bad outer udp": outer.l4 + 6, "bad gre": outer.l4 + 4}[kind]
        frame = self.flipped(frame, at, bit)
        return (frame, out) if frame is not None else self.damaged(kind)

    @staticmethod
    def flipped(data, at, bit):
        """None where the sum would become 0: that means that there is none (UDP)."""
        value = wire.u16(data, at) ^ bit
        if value == 0:
            return None
        return data[:at] + bytes([value >> 8, value & 255]) + data[at + 2 :]

    def refused(self):
        """Frames that must be dropped for a reason, whatever their sums say."""
        config, found = self.config, {}

        def add(kind, **changes):
            found["drop " + kind] = self.wrap(self.inner()[0], **changes)

        elsewhere = "2001:db8::77" if self.six else "192.0.2.77"
        add("other destination", to=elsewhere)
        if "vni" in config:
            add("other VNI", vni=config["vni"] ^ 1)
        if self.tunnel == "vxlan":
            add("no I flag", flags=0)
        elif self.tunnel == "vxlan-gpe":
            add("version 1", flags=0x1C)
            add("other next protocol", next=7)
        elif self.tunnel == "geneve":
            add("version 1", version=1)
            add("critical option", critical=1, options=bytes([0x12, 0x34, 0x81, 1, 1, 2, 3, 4]))
            add("other protocol", proto=0x88B5)
            add("options behind the end", options=bytes([1, 2, 3, 7, 1, 2, 3, 4]))
        elif self.tunnel in ("gre", "nvgre"):
            add("version 1", version=1)
        if self.tunnel == "gre":
            add("other protocol", proto=0x88B5)
        frame = self.wrap(self.inner("udp4")[0])
        outer = wire.Inner(frame)
        found["drop cut in the outer header"] = frame[: outer.l2 + 13]
        found["drop cut in the middle"] = frame[: outer.l4 + random.randrange(1, 28)]
        found["drop cut at the end"] = frame[:-1]
        found["drop IP version 5"] = frame[: outer.l2] + bytes([0x55]) + frame[outer.l2 + 1 :]
        return list(found.items())


def main(config, seed, folder):
    random.seed(int(seed))
    maker = Maker(json.loads(config))
    made = [("good",) + maker.good() for _ in range(GOOD)]
    for kind, count in DAMAGES.items():
        made += [(kind,) + d for d in (maker.damaged(kind) for _ in range(count)) if d]
    for _ in range(DROPS):
        made += [(kind, frame, None) for kind, frame in maker.refused()]
    random.shuffle(made)
    save = lambda name, packets: wire.write_pcap(os.path.join(folder, name), packets)
    save("in.pcap", [frame for _, frame, _ in made])
    save("out.pcap", [out for kind, _, out in made if kind == "good"])
    save("all.pcap", [out for kind, _, out in made if out is not None])
    kinds = collections.Counter(kind for kind, _, _ in made)
    with open(os.path.join(folder, "kinds.json"), "w") as file:
        json.dump([kind for kind, _, _ in made], file)
    print(json.dumps({"frames": len(made), "kinds": kinds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
