"""Packets of a tenant's that fit into every tunnel, by kind: random, with right checksums."""

import random

from scapy.all import (
    ARP,
    ICMP,
    IP,
    IPOption,
    IPv6,
    TCP,
    UDP,
    Dot1AD,
    Dot1Q,
    Ether,
    ICMPv6EchoRequest,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrFragment,
    IPv6ExtHdrRouting,
    PadN,
    Raw,
)

# Not 9000, 5001 ...: ports that tshark gives to no dissector.
PORTS = (20011, 64000)
flow_number = 0


def payload(size):
    return Raw(random.randbytes(size))


def mac():
    return "02:%02x:%02x:%02x:%02x:%02x" % tuple(random.randbytes(5))


def ether(group=False):
    return Ether(dst="33:33:00:00:00:05" if group else mac(), src=mac())


def ipv4(**fields):
    """A sender of its own for each frame, so that flows do not run into each other."""
    global flow_number
    flow_number += 1
    source = "10.%d.%d.%d" % (flow_number >> 16, (flow_number >> 8) & 255, flow_number & 255)
    values = {"src": source, "dst": "10.200.%d.%d" % (random.randrange(256), random.randrange(1, 255))}
    values["id"] = random.choice([random.randrange(65536), 65530])
    values["tos"] = random.randrange(64) << 2 | random.choice([0, 1, 2, 3])
    values["ttl"] = random.randrange(2, 256)
    values["flags"] = random.choice([0, 2])
    values.update(fields)
    return IP(**values)


def ipv6(**fields):
    global flow_number
    flow_number += 1
    values = {"src": "fd00::%x:%x" % (flow_number >> 16, flow_number & 65535), "dst": "fd00:1::%x" % random.randrange(1, 65536)}
    values["tc"] = random.randrange(64) << 2 | random.choice([0, 1, 2, 3])
    values["fl"] = random.randrange(1 << 20)
    values["hlim"] = random.randrange(2, 256)
    values.update(fields)
    return IPv6(**values)


def ports():
    return {"sport": random.randint(*PORTS), "dport": random.randint(*PORTS)}


def options4():
    return [IPOption(b"\x94\x04\x00\x00")] * random.randrange(1, 10)  # router alert, RFC 2113


def extensions(base):
    """IPv6 with a random chain of extension headers, in the order of RFC 8200."""
    packet = base
    if random.random() < 0.5:
        packet = packet / IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(random.choice([4, 12])))])
    if random.random() < 0.3:
        packet = packet / IPv6ExtHdrRouting(addresses=["fd00:2::1"], segleft=0)
    return packet / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(random.choice([4, 20])))])


def tcp(flags="A", options=None, **fields):
    values = {"seq": random.getrandbits(32), "ack": random.getrandbits(32), "window": 4000}
    values.update(ports(), flags=flags, **fields)
    return TCP(options=options or [], **values)


def stamps():
    return [("NOP", None), ("NOP", None), ("Timestamp", (random.getrandbits(32), 7))]


def udp(zero=False):
    return UDP(chksum=0, **ports()) if zero else UDP(**ports())


def small():
    """Frames that fit into every tunnel, by kind."""
    size = random.choice([0, 1, 2, 17, 18, 64, 501, 1000, random.randrange(1300)])
    base, asker = ipv4(), mac()
    return {
        "udp4": ether() / ipv4() / udp() / payload(size),
        "udp4-zero": ether() / ipv4() / udp(zero=True) / payload(size),
        "udp6": ether() / ipv6() / udp() / payload(size),
        "udp4-options": ether() / ipv4(options=options4()) / udp() / payload(size),
        "udp6-extensions": ether() / extensions(ipv6()) / udp() / payload(size),
        "tcp4": ether() / ipv4() / tcp() / payload(size),
        "tcp6": ether() / ipv6() / tcp(options=stamps()) / payload(size),
        "tcp6-extensions": ether() / extensions(ipv6()) / tcp() / payload(size),
        "icmp4": ether() / ipv4() / ICMP(id=random.getrandbits(16)) / payload(size),
        "icmp6": ether() / ipv6() / ICMPv6EchoRequest(id=5, data=random.randbytes(size)),
        "vlan": ether() / Dot1Q(vlan=random.randrange(1, 4095), prio=3) / ipv4() / udp() / payload(size),
        "qinq": ether() / Dot1AD(vlan=7) / Dot1Q(vlan=9) / ipv6() / tcp() / payload(size),
        "arp": Ether(dst="ff:ff:ff:ff:ff:ff", src=asker) / ARP(hwsrc=asker, psrc=base.src, pdst="10.0.0.2"),
        "multicast": ether(group=True) / ipv6(dst="ff02::5") / udp() / payload(size),
        "other": Ether(dst=mac(), src=mac(), type=0x88B5) / payload(46 + size),
        "fragment4-first": ether() / ipv4(flags=1) / udp() / payload(size // 8 * 8),
        "fragment4-last": ether() / ipv4(flags=0, frag=33, proto=17) / payload(size + 1),
        "fragment6": ether() / ipv6() / IPv6ExtHdrFragment(offset=5, m=0, id=77, nh=17) / payload(size + 1),
        "other-ip": ether() / ipv4(proto=253) / payload(size),
        "ipip": ether() / base / IP(src="10.99.0.1", dst="10.99.0.2", id=3) / udp() / payload(size // 2),
    }
