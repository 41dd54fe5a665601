"""Frames for packet filters, as a pcap file: every protocol that pcap-filter(7) has a word for.

filter_frames.py plain FILE        frames, whole, damaged and cut
filter_frames.py inner OUTER ETHER a tunnelled packet for each frame, and the frames themselves
filter_frames.py raw OUTER IP      the same with IP packets in the tunnel, as DLT_RAW
"""

import random
import sys

from scapy.all import (
    AH,
    ARP,
    DHCP,
    ESP,
    GRE,
    ICMP,
    IP,
    IPOption,
    LLC,
    SCTP,
    SNAP,
    STP,
    TCP,
    UDP,
    Dot1AD,
    Dot1Q,
    Dot3,
    Ether,
    ICMPv6EchoRequest,
    ICMPv6ND_NS,
    IPv6,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    PadN,
    PPPoE,
    PPPoED,
    Raw,
    load_contrib,
    raw,
    wrpcap,
)
from scapy.layers.vxlan import VXLAN

load_contrib("mpls")
load_contrib("geneve")
from scapy.contrib.geneve import GENEVE  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402

random.seed(4)

MACS = ["02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:05"]
HOSTS4 = ["192.0.2.1", "192.0.2.2", "198.51.100.7", "10.1.2.3", "255.255.255.255", "224.0.0.5"]
HOSTS6 = ["2001:db8::1", "2001:db8::2", "ff02::1", "fe80::1"]
PORTS = [22, 53, 80, 443, 1024, 4789, 6000, 6010]


def ether():
    return Ether(src=random.choice(MACS[:2]), dst=random.choice(MACS))


def ipv4(**fields):
    if random.random() < 0.15:
        fields["options"] = [IPOption(b"\x94\x04\x00\x00")] * random.randint(1, 3)
    return IP(
        src=random.choice(HOSTS4[:4]),
        dst=random.choice(HOSTS4),
        ttl=random.choice([1, 64, 255]),
        tos=random.choice([0, 0xB8]),
        **fields,
    )


def ipv6():
    return IPv6(src=random.choice(HOSTS6[:2]), dst=random.choice(HOSTS6))


def payload():
    return Raw(random.randbytes(random.choice([0, 1, 6, 18, 60, 200])))


def ports():
    return {"sport": random.choice(PORTS), "dport": random.choice(PORTS)}


def transport(version):
    kind = random.randrange(9)
    if kind < 3:
        flags = random.choice(["S", "SA", "A", "PA", "F", "R", "FPU", ""])
        options = random.choice([[], [("MSS", 1460)]])
        return TCP(flags=flags, options=options, **ports()) / payload()
    if kind < 6:
        return UDP(**ports()) / payload()
    if kind == 6:
        if version == 6:
            return random.choice([ICMPv6EchoRequest(), ICMPv6ND_NS(tgt=HOSTS6[0])])
        return ICMP(type=random.choice([0, 3, 8, 11]), code=random.choice([0, 1, 4])) / payload()
    if kind == 7:
        return SCTP(**ports())
    return random.choice([AH(nh=17, payloadlen=4), ESP(spi=7, seq=1)]) / payload()


def ip_packet():
    if random.random() < 0.35:
        header = ipv6()
        if random.random() < 0.2:
            header /= IPv6ExtHdrHopByHop(options=[PadN(optdata=b"\0" * 4)])
        if random.random() < 0.2:
            header /= IPv6ExtHdrFragment(offset=random.choice([0, 10]), m=random.choice([0, 1]))
        return header / transport(6)
    fragment = {}
    if random.random() < 0.2:
        fragment = {"frag": random.choice([0, 5, 185]), "flags": random.choice(["MF", 0])}
    return ipv4(**fragment) / transport(4)


def frame():
    kind = random.randrange(20)
    if kind == 0:
        asked = random.choice(HOSTS4[:3])
        return ether() / ARP(psrc=HOSTS4[0], pdst=asked, op=random.choice([1, 2]))
    if kind == 1:
        return Dot3(src=MACS[0], dst="01:80:c2:00:00:00") / LLC() / STP()
    if kind == 2:
        return Dot3(src=MACS[0], dst=MACS[1]) / LLC() / SNAP(OUI=0, code=0x0800) / ip_packet()
    if kind == 3:
        return Dot3(src=MACS[0], dst=MACS[1]) / LLC(dsap=0xFE, ssap=0xFE, ctrl=3) / payload()
    if kind == 4:
        labels = [MPLS(label=random.choice([3, 100, 1024]), s=0, ttl=9)] * random.randint(0, 2)
        stack = ether()
        for label in labels:
            stack /= label.copy()
        return stack / MPLS(label=random.choice([100, 1024]), s=1, ttl=9) / ipv4() / transport(4)
    if kind == 5:
        return ether() / PPPoED() / payload()
    if kind == 6:
        packet = b"\x00\x21" + raw(ipv4() / transport(4))
        return ether() / PPPoE(sessionid=random.choice([1, 2])) / Raw(packet)
    if kind == 7:
        return ether() / ipv4() / UDP(sport=68, dport=67) / Raw(random.randbytes(236)) / DHCP()
    if kind == 8:
        types = [0x6003, 0x8035, 0x809B, 0x80F3, 0x6004, 0x88CC, 0x888E, 0x8137]
        header = Ether(src=MACS[0], dst=MACS[3], type=random.choice(types))
        return header / Raw(random.randbytes(46))
    if kind in (9, 10):
        return ether() / Dot1Q(vlan=random.choice([5, 7, 4095]), prio=3) / ip_packet()
    if kind == 11:
        return ether() / Dot1AD(vlan=9) / Dot1Q(vlan=random.choice([5, 7])) / ip_packet()
    if kind == 12:
        return ether() / ipv4(proto=random.choice([2, 9, 88, 89, 103, 112, 240])) / payload()
    if kind == 13:
        return ether() / ipv4() / UDP(dport=6081, sport=5) / GENEVE(vni=7) / ether() / ip_packet()
    return ether() / ip_packet()


def damaged(data):
    data = bytearray(data)
    for _ in range(random.randint(1, 4)):
        data[random.randrange(min(len(data), 70))] = random.randrange(256)
    return bytes(data)


def plain(path):
    whole = [raw(frame()) for _ in range(700)]
    broken = [damaged(random.choice(whole)) for _ in range(500)]
    cut = [f[: random.randrange(14, len(f))] for f in random.choices(whole, k=300)]
    wrpcap(path, whole + broken + cut, linktype=1)


def outer():
    header = random.choice([ipv4, ipv6])()
    tags = random.choice([[], [Dot1Q(vlan=3)], [Dot1AD(vlan=4), Dot1Q(vlan=3)]])
    start = ether()
    for tag in tags:
        start /= tag
    return start / header


def outer_of(protocol):
    """Outer headers before what scapy has no layer for."""
    headers = outer()
    headers.lastlayer().fields["nh" if IPv6 in headers else "proto"] = protocol
    return headers


def gre_header():
    fields = {"proto": 0x6558}
    if random.random() < 0.5:
        fields |= {"key_present": 1, "key": 7}
    if random.random() < 0.5:
        fields |= {"seqnum_present": 1, "sequence_number": 5}
    return fields


def tunnel_ethernet(data):
    kind = random.randrange(5)
    if kind == 0:
        return outer() / UDP(sport=49152, dport=4789) / VXLAN(vni=7, flags=8) / Raw(data)
    if kind == 1:
        return outer() / UDP(sport=49152, dport=4790) / Raw(b"\x0c\0\0\x03\0\0\x07\0" + data)
    if kind == 2:
        options = random.choice([b"", b"\x01\x02\x03\x01abcd"])
        header = bytes([len(options) // 4, 0]) + b"\x65\x58\0\0\x07\0" + options
        return outer() / UDP(sport=49152, dport=6081) / Raw(header + data)
    if kind == 3:
        return outer() / GRE(**gre_header()) / Raw(data)
    header = random.choice(
        [b"\0\0\x88\xbe", b"\x10\0\x88\xbe\0\0\0\1" + b"\x10\0\0\7\0\0\0\0"]
    )
    return outer_of(47) / Raw(header + data)


def tunnel_ip(data):
    ethertype = 0x86DD if data[0] >> 4 == 6 else 0x0800
    kind = random.randrange(4)
    if kind == 0:
        return outer() / GRE(**(gre_header() | {"proto": ethertype})) / Raw(data)
    if kind == 1:
        return outer_of(41 if ethertype == 0x86DD else 4) / Raw(data)
    if kind == 2:
        header = b"\x0c\0\0" + (b"\x02" if ethertype == 0x86DD else b"\x01") + b"\0\0\x07\0"
        return outer() / UDP(sport=49152, dport=4790) / Raw(header + data)
    header = b"\0\0" + ethertype.to_bytes(2, "big") + b"\0\0\x07\0"
    return outer() / UDP(sport=49152, dport=6081) / Raw(header + data)


def tunnelled(make, wrap, outer_path, inner_path, linktype):
    frames = [raw(make()) for _ in range(600)]
    wrpcap(outer_path, [raw(wrap(f)) for f in frames], linktype=1)
    wrpcap(inner_path, frames, linktype=linktype)


match sys.argv[1]:
    case "plain":
        plain(sys.argv[2])
    case "inner":
        tunnelled(frame, tunnel_ethernet, sys.argv[2], sys.argv[3], 1)
    case "raw":
        tunnelled(ip_packet, tunnel_ip, sys.argv[2], sys.argv[3], 12)
