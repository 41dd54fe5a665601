"""Makes what testpmd's csum engine and Gatun's checksum stage are compared on.

checksum_frames.py SEED COUNT FOLDER writes in.pcap; prints how many of each kind, and how many were
left out for which reason.

What csumonly.c of DPDK 22.11 does, which decides what is left out:

- It parses Ethernet, any number of VLAN tags, IPv4 or IPv6 without extension headers, then UDP, TCP
  or SCTP; with parse-tunnel one level of GTP (UDP 2152, 2123), VXLAN-GPE (4790), VXLAN (4789),
  Geneve (6081), GRE with Ethernet, IPv4 or IPv6 inside, and IP protocol 4.
- Inner header, or the only one: the IPv4 checksum is computed. A UDP checksum is computed unless it
  is 0; a TCP checksum always.
- Outer header, afterwards: the IPv4 checksum is computed, a UDP checksum too unless it is 0.
- A checksum covers all bytes up to the end of the frame, while its pseudo header has the length
  that IP states. A UDP result of 0 becomes 0xffff.
- Nothing else changes; not GRE's checksum either. ICMP is not looked at.
"""

import collections
import json
import os
import random
import sys

from scapy.all import GRE, IP, IPv6, TCP, UDP, Dot1AD, Dot1Q, Ether, Raw
from scapy.contrib.geneve import GENEVE
from scapy.layers.vxlan import VXLAN

import frames
import wire

# net_pcap writes at most 9728 bytes of a chained packet.
LARGEST = 9000


def inner():
    """Headers of every kind that the engine parses, and some that it must leave alone."""
    kinds = frames.small()
    size = random.choice([0, 1, 7, 1400, 2047, 2048, 2049, 4000, random.randrange(LARGEST - 400)])
    kinds["large udp4"] = frames.ether() / frames.ipv4() / frames.udp() / frames.payload(size)
    kinds["large tcp6"] = frames.ether() / frames.ipv6() / frames.tcp() / frames.payload(size)
    kinds["large tcp4"] = frames.ether() / frames.ipv4(options=frames.options4()) / frames.tcp() / frames.payload(size)
    return kinds


def why_not(frame):
    """Why a frame cannot be compared; None if it can."""
    layers = wire.Inner(frame)
    if not layers.is_ip:
        return None
    if layers.type == wire.IPV6 and frame[layers.l2 + 6] != layers.protocol:
        return "IPv6 extension headers: the engine takes them for the payload"
    if layers.is_fragment and layers.protocol in (wire.UDP, wire.TCP):
        return "a fragment: the engine reads a UDP or TCP header in each"
    if layers.end != len(frame):
        return "padding: the engine includes it"
    return None


def outer_ip(six):
    return frames.ipv6() if six else frames.ipv4(options=frames.options4() if random.random() < 0.3 else [])


def tunnelled(kind, body, six):
    """A tunnel around a frame; one in three outer UDP checksums is zero."""
    udp = UDP(sport=random.randrange(49152, 65536), chksum=random.choice([0, None, None]))
    tag = Dot1Q(vlan=random.randrange(4095)) if random.random() < 0.3 else None
    link = frames.ether() / tag if tag else frames.ether()
    packet = wire.Inner(body)
    if kind in ("gre-ip", "ipip") and (not packet.is_ip or packet.vlans):
        return None
    if kind == "vxlan":
        udp.dport = 4789
        header = udp / VXLAN(flags=8, vni=random.getrandbits(24))
    elif kind == "vxlan-gpe":
        udp.dport = 4790
        header = udp / VXLAN(flags=0x0C, NextProtocol=3, vni=random.getrandbits(24))
    elif kind == "geneve":
        udp.dport = 6081
        words = random.choice([0, 1, 5])
        data = (bytes([1, 2, 3, words - 1]) + random.randbytes(4 * words - 4)) if words else b""
        header = udp / GENEVE(proto=0x6558, vni=9, optionlen=words) / Raw(data)
    elif kind == "gre":
        header = GRE(proto=0x6558, key_present=1, key=random.getrandbits(32), seqnum_present=1, sequence_number=1)
    elif kind == "gre-ip":
        header = GRE(proto=packet.type)
        body = body[packet.l2 :]
    else:
        ip = outer_ip(six)
        body = body[packet.l2 :]
        if six:
            ip.nh = 4
        else:
            ip.proto = 4
        if body[0] >> 4 != 4:
            return None  # protocol 4 is IPv4; the engine does not know 41
        return bytes(link / ip / Raw(body))
    ip = outer_ip(six)
    if kind.startswith("gre"):
        if six:
            ip.nh = 47
        else:
            ip.proto = 47
    return bytes(link / ip / header / Raw(body))


def spoil(frame, ethernet=True):
    """Wrong checksums in half of the headers, so that computing them matters."""
    frame = bytearray(frame)
    layers = wire.Inner(bytes(frame), ethernet)
    places = []
    if layers.type == wire.IPV4:
        places.append(layers.l2 + 10)
    if layers.protocol == wire.TCP and not layers.is_fragment:
        places.append(layers.l4 + 16)
    if layers.protocol == wire.UDP and not layers.is_fragment and wire.u16(frame, layers.l4 + 6):
        places.append(layers.l4 + 6)
    for at in places:
        if random.random() < 0.5:
            frame[at] = random.randrange(1, 256)  # never 0: in UDP that means none
            frame[at + 1] = random.randrange(256)
    return bytes(frame)


def main(seed, count, folder):
    random.seed(int(seed))
    made, kinds, excluded = [], collections.Counter(), collections.Counter()
    while len(made) < int(count):
        for kind, frame in inner().items():
            frame = bytes(frame)
            reason = why_not(frame)
            if reason:
                excluded[reason] += 1
                continue
            frame = spoil(frame)
            made.append(frame)
            kinds[kind] += 1
            tunnel = random.choice(["vxlan", "vxlan-gpe", "geneve", "gre", "gre-ip", "ipip"])
            six = random.random() < 0.4
            whole = tunnelled(tunnel, frame, six)
            if whole is None:
                excluded["not for %s" % tunnel] += 1
            elif len(whole) > LARGEST:
                excluded["larger than net_pcap writes"] += 1
            else:
                made.append(spoil(whole))
                kinds["in " + tunnel] += 1
    random.shuffle(made)
    wire.write_pcap(os.path.join(folder, "in.pcap"), made)
    print(json.dumps({"frames": len(made), "kinds": kinds, "excluded": excluded}))


main(*sys.argv[1:])
