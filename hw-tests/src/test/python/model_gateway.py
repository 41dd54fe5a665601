"""A slow gateway out of scapy, to prove the checker: model_gateway.py CONFIG IN OUT BACK [DAMAGE].

What it makes must pass check_encapsulation.py; with DAMAGE one packet of OUT is spoiled in the way
of that name, and the checker must complain.
"""

import json
import sys
import zlib

from scapy.all import GRE, ICMP, IP, IPv6, TCP, UDP, Dot1Q, Ether, ICMPv6PacketTooBig, Raw, fragment
from scapy.contrib.geneve import GENEVE
from scapy.layers.vxlan import VXLAN

import wire
from check_encapsulation import fate, room

MAC = "02:70:63:61:70:01"


class Model:
    def __init__(self, config):
        self.config = config
        self.tunnel = config["tunnel"]
        self.ethernet = self.tunnel != "ipip"
        self.sequence = 0
        self.id = 0

    def wrap(self, inner):
        """Outer headers around the bytes of an inner packet."""
        config, layers = self.config, wire.Inner(inner, self.ethernet)
        tos = layers.tos if layers.is_ip else 0
        dscp = config.get("dscp", 0)
        tos = tos if dscp == "copy" else dscp << 2 | tos & 3
        packet = Ether(dst=config["remote_mac"], src=MAC)
        for tag in config.get("vlan", []):
            packet = packet / Dot1Q(vlan=tag & 0xFFF, prio=tag >> 13)
        ttl = config.get("ttl", 64)
        if ":" in config["local"]:
            packet = packet / IPv6(src=config["local"], dst=config["remote"], tc=tos, hlim=ttl)
        else:
            self.id += 1
            ip = IP(src=config["local"], dst=config["remote"], tos=tos, ttl=ttl, id=self.id)
            ip.flags = 2 if config.get("df") else 0
            packet = packet / ip
        return bytes(packet / self.header(inner, layers) / Raw(inner))

    def header(self, inner, layers):
        config, tunnel = self.config, self.tunnel
        if tunnel in wire.UDP_PORTS:
            port = 49152 + zlib.crc32(repr(layers.ports).encode()) % 16384
            udp = UDP(sport=port, dport=config.get("port") or wire.UDP_PORTS[tunnel])
            if not config["udp_checksum"]:
                udp.chksum = 0
            if tunnel == "geneve":
                options = b""
                for kind, number, data in config.get("options", []):
                    data = bytes.fromhex(data)
                    options += bytes([kind >> 8, kind & 255, number, len(data) // 4]) + data
                return udp / GENEVE(vni=config["vni"], proto=0x6558, options=[], optionlen=len(options) // 4,
                    critical=any(n & 128 for _, n, _ in config.get("options", []))) / Raw(options)
            if tunnel == "vxlan":
                return udp / VXLAN(flags=0x08, vni=config["vni"])
            return udp / VXLAN(flags=0x0C, NextProtocol=3, vni=config["vni"])
        if tunnel == "nvgre":
            return GRE(proto=0x6558, key_present=1, key=config["vni"] << 8 | 7)
        if tunnel == "gre":
            gre = GRE(proto=0x6558)
            if config.get("csum"):
                gre.chksum_present = 1
            if "vni" in config:
                gre.key_present, gre.key = 1, config["vni"]
            if config.get("seq"):
                gre.seqnum_present, gre.sequence_number = 1, self.sequence
                self.sequence += 1
            return gre
        return Raw(b"")

    def finish(self, packet):
        """scapy numbers the protocol by the class of what follows, and that is bytes here."""
        if self.tunnel != "ipip":
            return packet
        outer = Ether(packet)
        layers = wire.Inner(packet)
        at = layers.l2 + (20 if layers.type == wire.IPV4 else 40)
        inner = packet[at:]
        protocol = 4 if inner[0] >> 4 == 4 else 41
        rest = Raw(inner)
        if layers.type == wire.IPV4:
            ip = outer[IP]
            ip.proto, ip.chksum, ip.len = protocol, None, None
        else:
            ip = outer[IPv6]
            ip.nh = protocol
        ip.remove_payload()
        return bytes(outer / rest)

    def parts(self, frame, fate, room):
        """The inner packets that a frame becomes."""
        layers = wire.Inner(frame)
        start = 0 if self.ethernet else layers.l2
        if fate == "whole":
            return [frame if self.ethernet else frame[layers.l2 : layers.end]]
        if fate == "fragments":
            size = (room - (layers.l4 - start)) // 8 * 8
            head = bytes(frame[start : layers.l2])
            return [head + bytes(part) for part in self.cut(IP(frame[layers.l2 : layers.end]), size)]
        size = room - (layers.l4 + layers.tcp_header - start)
        payload, packets = layers.payload, []
        for done in range(0, len(payload), size):
            copy = Ether(frame)
            tcp, ip = copy[TCP], copy[IPv6] if layers.type == wire.IPV6 else copy[IP]
            if layers.type == wire.IPV4:
                ip.len = ip.chksum = None
                ip.id = (ip.id + len(packets)) & 0xFFFF
            else:
                ip.plen = None
            flags = layers.flags & ~(wire.CWR if done else 0)
            if done + size < len(payload):
                flags &= ~(wire.FIN | wire.PSH)
            tcp.flags, tcp.seq, tcp.chksum = flags, (tcp.seq + done) & 0xFFFFFFFF, None
            tcp.remove_payload()
            packets.append(bytes(copy / Raw(payload[done : done + size]))[start:])
        return packets

    def cut(self, packet, size):
        if packet.frag or packet.flags.MF:  # which fragment() does not expect
            body, parts = bytes(packet.payload), []
            for at in range(0, len(body), size):
                part = IP(bytes(packet))
                part.remove_payload()
                more = packet.flags.MF or at + size < len(body)
                part.frag, part.flags, part.len, part.chksum = packet.frag + at // 8, int(more), None, None
                parts.append(part / Raw(body[at : at + size]))
            return parts
        return fragment(packet, fragsize=size)

    def answer(self, frame, room):
        layers = wire.Inner(frame)
        size = room - (layers.l2 if self.ethernet else 0)
        packet = Ether(dst=frame[6:12].hex(":"), src=MAC)
        for tag in layers.vlans:
            packet = packet / Dot1Q(vlan=tag & 0xFFF, prio=tag >> 13)
        if layers.type == wire.IPV4:
            quoted = Raw(frame[layers.l2 : layers.l4 + 8])
            head = IP(src="10.0.0.254", dst=".".join(map(str, layers.source)))
            return bytes(packet / head / ICMP(type=3, code=4, nexthopmtu=size) / quoted)
        quoted = Raw(frame[layers.l2 : layers.l4 + 8])
        head = IPv6(src="fe80::1", dst=Ether(frame)[IPv6].src)
        return bytes(packet / head / ICMPv6PacketTooBig(mtu=max(1280, size)) / quoted)


def flip(frames, choose, at, bits):
    """One bit pattern of one frame: the one that choose() picks, at the place that at() says."""
    number = next(i for i in range(len(frames) // 2, len(frames)) if choose(frames[i]))
    frame = bytearray(frames[number])
    place = at(frames[number])
    frame[place] ^= bits
    frames[number] = bytes(frame)


def damage(kind, frames, tunnel):
    def parsed(frame):
        return wire.Tunnel(frame, tunnel)

    def inner(frame):
        packet = parsed(frame)
        return packet.at, wire.Inner(packet.inner, tunnel != "ipip")

    def protocol(number):
        return lambda f: inner(f)[1].protocol == number and not inner(f)[1].is_fragment

    l4 = lambda f: inner(f)[0] + inner(f)[1].l4
    if kind == "outer ip checksum":
        flip(frames, lambda f: True, lambda f: parsed(f).outer.l2 + 10, 1)
    elif kind == "outer udp checksum":
        flip(frames, lambda f: True, lambda f: parsed(f).outer.l4 + 7, 0x10)
    elif kind == "inner tcp checksum":
        flip(frames, protocol(wire.TCP), lambda f: l4(f) + 16, 2)
    elif kind == "inner udp checksum":
        flip(frames, protocol(wire.UDP), lambda f: l4(f) + 6, 2)
    elif kind == "payload":
        flip(frames, lambda f: len(f) > 800, lambda f: len(f) - 1, 0x80)
    elif kind == "vni":
        flip(frames, lambda f: True, lambda f: parsed(f).outer.l4 + 8 + 6, 1)
    elif kind == "lost":
        del frames[len(frames) // 2]
    elif kind == "order":
        middle = len(frames) // 2
        frames[middle], frames[middle + 1] = frames[middle + 1], frames[middle]
    elif kind == "cut":
        frames[-1] = frames[-1][:-1]
    elif kind == "mac":
        flip(frames, lambda f: True, lambda f: 5, 1)
    else:
        raise ValueError(kind)


def main(config, sent, out, back, spoil=""):
    config = json.loads(config)
    model, space = Model(config), room(config)
    leaving, answers = [], []
    for frame in wire.read_pcap(sent):
        kind = fate(config, frame)
        if kind == "too big":
            answers.append(model.answer(frame, space))
        elif kind != "not carried":
            leaving += [model.finish(model.wrap(part)) for part in model.parts(frame, kind, space)]
    if spoil:
        damage(spoil, leaving, config["tunnel"])
    wire.write_pcap(out, leaving)
    wire.write_pcap(back, answers)


main(*sys.argv[1:])
