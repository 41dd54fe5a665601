"""Compares two capture files: compare.py WANTED HAVE [ip]. With "ip" from the IP header on.

Prints one JSON object: how many packets and the problems.
"""

import json
import sys

import wire


def from_ip(frame):
    """What the frame carries, and whether its Ethernet type says so."""
    layers = wire.Inner(frame)
    version = {wire.IPV4: 4, wire.IPV6: 6}.get(layers.type)
    if version is None or frame[layers.l2] >> 4 != version:
        return b"wrong Ethernet type: " + frame
    return frame[layers.l2 : layers.end]


def main(wanted, have, how=""):
    want, have = wire.read_pcap(wanted), wire.read_pcap(have)
    problems = []
    if len(want) != len(have):
        problems.append("%d packets instead of %d" % (len(have), len(want)))
    if how == "ip":
        have = [from_ip(frame) for frame in have]
    for number, (w, h) in enumerate(zip(want, have)):
        if w != h:
            at = next((i for i, (a, b) in enumerate(zip(w, h)) if a != b), min(len(w), len(h)))
            text = "packet %d differs at byte %d: %d bytes instead of %d: %s instead of %s"
            start = max(0, at - 4)
            problems.append(text % (number + 1, at, len(h), len(w), h[start:at + 12].hex(), w[start:at + 12].hex()))
    print(json.dumps({"packets": len(have), "problems": problems[:20]}))


main(*sys.argv[1:])
