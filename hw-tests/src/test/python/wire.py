"""Packets as bytes, for the programs beside this file: capture files, checksums, headers, tshark.

Written from the RFCs and from pcap-savefile(5), without scapy (which starts slowly) and without a
look at Gatun: what it says about a packet must be independent of the one who made the packet.
"""

import functools
import os
import struct
import subprocess
import tempfile

IPV4, IPV6, ARP, VLAN, QINQ, TEB = 0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x6558
ICMP, IPIP, TCP, UDP, SIX_IN, GRE, ICMPV6 = 1, 4, 6, 17, 41, 47, 58
HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION = 0, 43, 44, 51, 60
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128

UDP_PORTS = {"vxlan": 4789, "vxlan-gpe": 4790, "geneve": 6081}
SNAP = 262144  # scapy's own writer says 65535, and readers cut there


def read_pcap(path):
    """All packets of a pcap file, micro- or nanoseconds."""
    with open(path, "rb") as file:
        data = file.read()
    magic = struct.unpack_from("<I", data)[0]
    if magic not in (0xA1B2C3D4, 0xA1B23C4D):
        raise ValueError("%s is no little-endian pcap file" % path)
    packets, at = [], 24
    while at < len(data):
        _, _, kept, length = struct.unpack_from("<IIII", data, at)
        if kept != length or at + 16 + kept > len(data):
            raise ValueError("%s: packet %d is cut" % (path, len(packets)))
        packets.append(data[at + 16 : at + 16 + kept])
        at += 16 + kept
    return packets


def write_pcap(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP, 1))
        for i, packet in enumerate(packets):
            size = len(packet)
            file.write(struct.pack("<IIII", i // 1000000, i % 1000000, size, size) + packet)


def ones_sum(data, start=0):
    """RFC 1071's sum in network order, folded to 16 bits, not complemented."""
    if len(data) % 2:
        data += b"\0"
    total = start + sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def u16(data, at):
    return (data[at] << 8) | data[at + 1]


def u32(data, at):
    return struct.unpack_from("!I", data, at)[0]


class Inner:
    """Layers of a frame that starts with Ethernet, or (ethernet=False) with IP."""

    def __init__(self, data, ethernet=True):
        self.data = data
        self.l2 = 0
        self.vlans = []
        if ethernet:
            self.type, self.l2 = u16(data, 12), 14
            while self.type in (VLAN, QINQ):
                self.vlans.append(u16(data, self.l2))
                self.type, self.l2 = u16(data, self.l2 + 2), self.l2 + 4
        else:
            self.type = IPV4 if data[0] >> 4 == 4 else IPV6
        self.protocol = self.l4 = None
        self.end = len(data)
        self.is_fragment = self.df = False
        if self.type == IPV4:
            self._ipv4()
        elif self.type == IPV6:
            self._ipv6()

    def _ipv4(self):
        ip = self.l2
        self.l4 = ip + (self.data[ip] & 15) * 4
        self.end = ip + u16(self.data, ip + 2)
        self.id = u16(self.data, ip + 4)
        bits = u16(self.data, ip + 6)
        self.df, self.more, self.offset = bool(bits & 0x4000), bool(bits & 0x2000), (bits & 0x1FFF) * 8
        self.is_fragment = self.more or self.offset > 0
        self.tos = self.data[ip + 1]
        self.ttl = self.data[ip + 8]
        self.protocol = self.data[ip + 9]
        self.source, self.destination = self.data[ip + 12 : ip + 16], self.data[ip + 16 : ip + 20]

    def _ipv6(self):
        ip = self.l2
        self.l4 = ip + 40
        self.end = ip + 40 + u16(self.data, ip + 4)
        self.tos = (u16(self.data, ip) >> 4) & 0xFF
        self.ttl = self.data[ip + 7]
        self.source, self.destination = self.data[ip + 8 : ip + 24], self.data[ip + 24 : ip + 40]
        kind = self.data[ip + 6]
        while kind in (HOP_BY_HOP, ROUTING, DESTINATION, AH, FRAGMENT):
            if kind == FRAGMENT:
                size, self.is_fragment = 8, True
            elif kind == AH:
                size = (self.data[self.l4 + 1] + 2) * 4
            else:
                size = (self.data[self.l4 + 1] + 1) * 8
            kind, self.l4 = self.data[self.l4], self.l4 + size
        self.protocol = kind
        self.df = True

    @property
    def is_ip(self):
        return self.type in (IPV4, IPV6)

    @property
    def is_tcp(self):
        return self.protocol == TCP and not self.is_fragment

    @property
    def tcp_header(self):
        return (self.data[self.l4 + 12] >> 4) * 4

    @property
    def flags(self):
        return self.data[self.l4 + 13]

    @property
    def sequence(self):
        return u32(self.data, self.l4 + 4)

    @property
    def payload(self):
        """What is behind the TCP header."""
        return self.data[self.l4 + self.tcp_header : self.end]

    @property
    def ports(self):
        """The five-tuple, or less where there are no ports; without IP who talks to whom."""
        if not self.is_ip:
            return (self.type, self.data[0:12])
        flow = (self.source, self.destination, self.protocol)
        if self.protocol in (TCP, UDP) and not self.is_fragment:
            flow += (self.data[self.l4 : self.l4 + 4],)
        return flow


class Tunnel:
    """The outer headers of a frame; raises ValueError for a frame that is not of this tunnel."""

    def __init__(self, frame, tunnel, port=None):
        outer = Inner(frame)
        self.outer = outer
        self.fields = {}
        if not outer.is_ip or outer.is_fragment:
            raise ValueError("type 0x%04x instead of a tunnel" % outer.type)
        at = outer.l4
        if tunnel in UDP_PORTS:
            if outer.protocol != UDP or u16(frame, at + 2) != (port or UDP_PORTS[tunnel]):
                raise ValueError("not the tunnel's UDP port")
            self.source_port, self.udp_length = u16(frame, at), u16(frame, at + 4)
            self.udp_checksum = u16(frame, at + 6)
            at += 8
            if tunnel == "geneve":
                self.vni = u32(frame, at + 4) >> 8
                options = (frame[at] & 0x3F) * 4
                self.fields["options"] = frame[at + 8 : at + 8 + options]
                self.fields["critical"] = bool(frame[at + 1] & 0x40)
                at += 8 + options
            else:
                self.vni = u32(frame, at + 4) >> 8
                self.fields["flags"] = frame[at]
                self.fields["next"] = frame[at + 3]
                at += 8
        elif tunnel in ("gre", "nvgre"):
            if outer.protocol != GRE or u16(frame, at + 2) != TEB:
                raise ValueError("not Ethernet in GRE")
            bits = u16(frame, at)
            if bits & ~0xB000:
                raise ValueError("GRE has flags or a version: 0x%04x" % bits)
            self.gre = at
            at += 4
            if bits & 0x8000:
                self.fields["checksum"] = u16(frame, at)
                at += 4
            if bits & 0x2000:
                self.vni = u32(frame, at)
                if tunnel == "nvgre":
                    self.fields["flow"] = self.vni & 0xFF
                    self.vni >>= 8
                at += 4
            if bits & 0x1000:
                self.fields["sequence"] = u32(frame, at)
                at += 4
        elif outer.protocol not in (IPIP, SIX_IN):
            raise ValueError("not IP in IP")
        self.at = at
        self.inner = frame[at : outer.end]


def tshark(path, *options):
    command = ["tshark", "-n", "-r", str(path)]
    environment = dict(os.environ, WIRESHARK_CONFIG_DIR=configuration().name)
    done = subprocess.run(command + list(options), capture_output=True, text=True, env=environment, timeout=100)
    if done.returncode != 0:
        raise RuntimeError("tshark: " + done.stderr)
    return done.stdout


CHECKING = [
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    "udp.ignore_ipv6_zero_checksum:TRUE",
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "tcp.desegment_tcp_streams:FALSE",
    "udp.try_heuristic_first:FALSE",
]

STATUS = ["ip", "udp", "tcp", "icmp", "icmpv6", "gre"]
BAD, GOOD, UNVERIFIED, ABSENT, ILLEGAL = "0", "1", "2", "3", "4"

# Severities from epan/proto.h: warnings and errors; notes and chats are about style.
WARNING, ERROR = "6291456", "8388608"

# About what random payload happens to hold, or about fields that a tunnel takes as they are.
HARMLESS = (
    "CWR",
    "Connection",
    "This frame is a",
    "The urgent pointer field",
    "Unknown ",
    "DCC",
    "Ethernet source address",
    "Source MAC must not be a group address",
)

FIELDS = [
    "frame.number",
    "frame.protocols",
    "_ws.malformed",
    "_ws.expert.severity",
    "_ws.expert.message",
    "ip.ttl",
    "ipv6.hlim",
    "ip.dsfield.dscp",
    "ip.dsfield.ecn",
    "ipv6.tclass.dscp",
    "ipv6.tclass.ecn",
    "ip.flags.df",
    "vxlan.vni",
    "vxlan.next_proto",
    "geneve.vni",
    "geneve.option.class",
    "geneve.option.type",
    "geneve.option.length",
    "gre.key",
    "gre.sequence_number",
    "gre.checksum",
    "vlan.id",
    "vlan.priority",
    "eth.dst",
    "eth.src",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "udp.dstport",
    "icmp.type",
    "icmp.code",
    "icmp.mtu",
    "icmpv6.type",
    "icmpv6.mtu",
] + [name + ".checksum.status" for name in STATUS]


WANTED = {"frame", "eth", "ethertype", "vlan", "ieee8021ad", "arp", "ip", "icmp", "icmpv6", "udp", "tcp"}
WANTED |= {"vxlan", "vxlan_gpe", "geneve", "gre", "ah", "data"}


@functools.cache
def configuration():
    """A folder that tells tshark to know nothing above TCP and UDP but tunnels.

    Our payload is random, and there is always a dissector that recognises something in it.
    """
    listed = subprocess.run(["tshark", "-G", "protocols"], capture_output=True, text=True, check=True)
    names = [line.split("\t")[2] for line in listed.stdout.splitlines()]
    folder = tempfile.TemporaryDirectory(prefix="gatun-tshark")
    with open(os.path.join(folder.name, "disabled_protos"), "w") as file:
        for name in names:
            if name not in WANTED and not name.startswith(("ipv6", "_ws")):
                file.write(name + "\n")
    return folder  # deleted when this process ends


def dissect(path, tunnel=None, port=None):
    """One dictionary per packet: each field as the list of its occurrences, outermost first."""
    options = ["-T", "fields", "-E", "separator=/t", "-E", "aggregator=;", "-E", "occurrence=a"]
    for option in CHECKING:
        options += ["-o", option]
    if tunnel in UDP_PORTS and port:
        dissector = {"vxlan": "vxlan", "vxlan-gpe": "vxlan_gpe", "geneve": "geneve"}[tunnel]
        options += ["-d", "udp.port==%d,%s" % (port, dissector)]
    for field in FIELDS:
        options += ["-e", field]
    packets = []
    for line in tshark(path, *options).splitlines():
        values = line.split("\t")
        packets.append({f: v.split(";") if v else [] for f, v in zip(FIELDS, values)})
    return packets


def complaints(packet):
    """What tshark finds wrong with a packet."""
    found = []
    if packet["_ws.malformed"]:
        found.append("malformed")
    for name in STATUS:
        for status in packet[name + ".checksum.status"]:
            if status in (BAD, ILLEGAL):
                found.append("%s checksum status %s" % (name, status))
    if any(severity in (WARNING, ERROR) for severity in packet["_ws.expert.severity"]):
        message = ";".join(packet["_ws.expert.message"])
        if not message.startswith(HARMLESS):
            found.append(message)
    return found
