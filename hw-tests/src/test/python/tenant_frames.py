"""Makes what a tenant sends: tenant_frames.py SEED FILE [few]. Prints how many of each kind.

Every kind of frame that the gateway has a rule for, with random addresses, lengths and contents,
checksums right (some UDP ones zero, which IPv4 allows).
"""

import json
import random
import sys

from scapy.all import ICMP, UDP, Dot1Q, Ether, ICMPv6EchoRequest

import wire
from frames import ether, extensions, ipv4, ipv6, mac, options4, payload, ports, small, stamps, tcp, udp

LARGE = [1361, 1500, 2000, 2905, 4321, 8960, 16000, 40000, 63000]


def large_tcp(size):
    """TCP that must be segmented; sizes in bytes of payload."""
    flags = random.choice(["A", "PA", "FA", "FPA", "AC", "PAC", "FPAEC"])
    return {
        "large-tcp4": ether() / ipv4(flags=0) / tcp(flags) / payload(size),
        "large-tcp4-df": ether() / ipv4(flags=2) / tcp(flags, stamps()) / payload(size + 1),
        "large-tcp4-options": ether() / ipv4(options=options4()) / tcp(flags) / payload(size),
        "large-tcp6": ether() / ipv6() / tcp(flags) / payload(size),
        "large-tcp6-stamps": ether() / ipv6() / tcp(flags, stamps()) / payload(size + 3),
        "large-tcp-vlan": ether() / Dot1Q(vlan=55, prio=1) / ipv4() / tcp(flags) / payload(size),
    }


TOO_LARGE = [1473, 3001, 5000]


def too_large(size):
    """What must not be segmented and does not fit, by kind."""
    return {
        "oversize-udp4": ether() / ipv4(flags=0) / udp() / payload(size),
        "oversize-udp4-options": ether() / ipv4(flags=0, options=options4()) / udp() / payload(size),
        "oversize-udp4-vlan": ether() / Dot1Q(vlan=12) / ipv4(flags=0) / udp() / payload(size),
        "oversize-icmp4": ether() / ipv4(flags=0) / ICMP(id=9) / payload(size),
        "oversize-fragment4": ether() / ipv4(flags=1, frag=10, proto=17) / payload(size // 8 * 8),
        "oversize-udp4-df": ether() / ipv4(flags=2) / udp() / payload(size),
        "oversize-udp4-df-vlan": ether() / Dot1Q(vlan=13) / ipv4(flags=2) / udp() / payload(size),
        "oversize-udp6": ether() / ipv6() / udp() / payload(size),
        "oversize-icmp6": ether() / ipv6() / ICMPv6EchoRequest(data=random.randbytes(size)),
        "oversize-udp6-extensions": ether() / extensions(ipv6()) / udp() / payload(size),
        "oversize-other": Ether(dst=mac(), src=mac(), type=0x88B5) / payload(size + 60),
    }


def one_flow():
    """Packets of eight flows, four of each: for the entropy in the source port."""
    made = []
    for _ in range(8):
        head = ether() / ipv4(flags=0, tos=0) / UDP(**ports())
        made += [bytes(head / payload(random.randrange(200))) for _ in range(4)]
    return made


def main(seed, path, how_many="many"):
    random.seed(int(seed))
    sent, kinds = [], {}

    def add(kind, frame):
        sent.append(bytes(frame))
        kinds[kind] = kinds.get(kind, 0) + 1

    few = how_many == "few"
    for _ in range(2 if few else 12):
        for kind, frame in small().items():
            add(kind, frame)
    for size in LARGE[4:6] if few else LARGE:
        for kind, frame in large_tcp(size).items():
            add(kind, frame)
    for size in TOO_LARGE:
        for kind, frame in too_large(size).items():
            add(kind, frame)
    for frame in one_flow():
        add("flow", frame)
    # The smallest frame there is on a wire: padding behind the packet is the frame's, too.
    for size in (0, 3, 17):
        frame = bytes(ether() / ipv4() / udp() / payload(size))
        add("padded", frame + bytes(60 - len(frame)))
    random.shuffle(sent)
    wire.write_pcap(path, sent)
    print(json.dumps({"frames": len(sent), "kinds": kinds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
