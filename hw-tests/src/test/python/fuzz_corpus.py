"""Makes what a fuzz test starts from: fuzz_corpus.py FOLDER.

tenant.pcap is what tenants send; TUNNEL-4.pcap and TUNNEL-6.pcap are what arrives on the underlay
for a gateway with the addresses of CONFIG, together with what arrives for the gateway itself: ARP,
neighbour discovery, pings, and ICMP errors about its own packets.
"""

import os
import random
import sys

from scapy.all import (
    ARP,
    ICMP,
    IP,
    UDP,
    Ether,
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    ICMPv6PacketTooBig,
    IPv6,
    Raw,
)

import frames
import tenant_frames
import tunnel_frames
import wire

LOCAL_MAC, REMOTE_MAC = "02:70:63:61:70:01", "02:00:00:00:0b:0b"
CONFIG = {
    "4": {"local": "192.0.2.1", "remote": "192.0.2.2"},
    "6": {"local": "2001:db8::1", "remote": "2001:db8::2"},
}


def tenant():
    made = []
    for size in tenant_frames.TOO_LARGE:
        made += list(frames.small().values())
        made += list(tenant_frames.too_large(size).values())
    for size in (1500, 3000, 8000):
        made += list(tenant_frames.large_tcp(size).values())
    made += [Ether(dst="ff:ff:ff:ff:ff:ff") / ARP(psrc="10.0.0.1", pdst="10.0.0.9")] * 3
    question = IPv6(src="fe80::5", dst="ff02::1:ff00:9") / ICMPv6ND_NS(tgt="fd00::9")
    made.append(Ether(dst="33:33:ff:00:00:09") / question / ICMPv6NDOptSrcLLAddr(lladdr="02:00:00:00:00:05"))
    return [bytes(frame) for frame in made]


def own(version, tunnel_packet):
    """What the gateway itself answers or takes notice of."""
    local, remote = CONFIG[version]["local"], CONFIG[version]["remote"]
    link = Ether(dst=LOCAL_MAC, src=REMOTE_MAC)
    quoted = Raw(tunnel_packet[14 : 14 + 100])
    if version == "4":
        return [
            Ether(dst="ff:ff:ff:ff:ff:ff", src=REMOTE_MAC) / ARP(hwsrc=REMOTE_MAC, psrc=remote, pdst=local),
            link / ARP(op=2, hwsrc=REMOTE_MAC, psrc=remote, hwdst=LOCAL_MAC, pdst=local),
            link / IP(src=remote, dst=local) / ICMP(id=7, seq=1) / Raw(bytes(56)),
            link / IP(src=remote, dst=local) / ICMP(type=3, code=4, nexthopmtu=1300) / quoted,
            link / IP(src=remote, dst=local) / ICMP(type=11) / quoted,
            link / IP(src=remote, dst=local) / UDP(sport=9, dport=9) / Raw(bytes(9)),
        ]
    ip = IPv6(src=remote, dst=local)
    return [
        link / ip / ICMPv6ND_NS(tgt=local) / ICMPv6NDOptSrcLLAddr(lladdr=REMOTE_MAC),
        link / ip / ICMPv6ND_NA(tgt=remote, S=1) / ICMPv6NDOptDstLLAddr(lladdr=REMOTE_MAC),
        link / ip / ICMPv6EchoRequest(id=7, seq=1, data=bytes(56)),
        link / ip / ICMPv6PacketTooBig(mtu=1300) / quoted,
        link / ip / UDP(sport=9, dport=9) / Raw(bytes(9)),
    ]


def underlay(tunnel, version):
    config = dict(CONFIG[version], tunnel=tunnel, local_mac=LOCAL_MAC, remote_mac=REMOTE_MAC)
    if tunnel != "ipip":
        config["vni"] = 42
    maker = tunnel_frames.Maker(config)
    made = [maker.good()[0] for _ in range(60)] + [frame for _, frame in maker.refused()]
    turned = tunnel_frames.Maker(dict(config, local=config["remote"], remote=config["local"]))
    sent = turned.wrap(maker.inner()[0])
    return made + [bytes(frame) for frame in own(version, sent)]


def main(folder):
    random.seed(5)
    wire.write_pcap(os.path.join(folder, "tenant.pcap"), tenant())
    for tunnel in ("vxlan", "vxlan-gpe", "geneve", "nvgre", "gre", "ipip"):
        for version in CONFIG:
            path = os.path.join(folder, "%s-%s.pcap" % (tunnel, version))
            wire.write_pcap(path, underlay(tunnel, version))
    print("made")


main(*sys.argv[1:])
