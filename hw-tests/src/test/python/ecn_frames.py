"""Every pair of inner and outer ECN through a tunnel: ecn_frames.py CONFIG FOLDER.

Writes IN and OUT. What must come out is figure 4 of RFC 6040; None is a packet to be dropped.
"""

import json
import os
import random
import sys

from scapy.all import IP, IPv6, UDP, Ether

import frames
import tunnel_frames
import wire

NOT_ECT, ECT1, ECT0, CE = range(4)

#        outer: Not-ECT  ECT(1)   ECT(0)   CE
FIGURE_4 = {
    NOT_ECT: (NOT_ECT, NOT_ECT, NOT_ECT, None),
    ECT1: (ECT1, ECT1, ECT1, CE),
    ECT0: (ECT0, ECT1, ECT0, CE),
    CE: (CE, CE, CE, CE),
}


def main(config, folder):
    random.seed(4)
    maker = tunnel_frames.Maker(json.loads(config))
    arriving, leaving, dropped = [], [], 0
    for inner, row in FIGURE_4.items():
        for outer, result in enumerate(row):
            for dscp in (0, 46):
                for six in (False, True):
                    link = frames.ether()
                    body = UDP(**frames.ports()) / frames.payload(100)
                    packet = lambda ecn: (
                        IPv6(src="fd00::1", dst="fd00::2", tc=dscp << 2 | ecn)
                        if six
                        else IP(src="10.0.0.1", dst="10.0.0.2", id=5, tos=dscp << 2 | ecn)
                    )
                    head = link if maker.ethernet else None
                    build = lambda ecn: bytes(head / packet(ecn) / body if head else packet(ecn) / body)
                    arriving.append(maker.wrap(build(inner), ecn=outer))
                    if result is None:
                        dropped += 1
                    else:
                        leaving.append(build(result))
    wire.write_pcap(os.path.join(folder, "in.pcap"), arriving)
    wire.write_pcap(os.path.join(folder, "out.pcap"), leaving)
    print(json.dumps({"frames": len(arriving), "out": len(leaving), "dropped": dropped}))


main(*sys.argv[1:])
