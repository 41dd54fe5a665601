"""Proves with tshark that tunnel_frames.py made what it says: check_tunnel_frames.py CONFIG FOLDER.

A good frame has only good sums; a bad one has one bad sum, and that in the header of its name.
"""

import json
import os
import sys

import wire


def bad_sums(packet):
    """Which sums tshark calls bad, as (protocol, number of the header from the outside in)."""
    return [
        (name, number)
        for name in wire.STATUS
        for number, status in enumerate(packet[name + ".checksum.status"])
        if status in (wire.BAD, wire.ILLEGAL)
    ]


def expected(kind, config):
    six, udp = ":" in config["local"], config["tunnel"] in wire.UDP_PORTS
    return {
        "good": [],
        "bad outer ip": [("ip", 0)],
        "bad outer udp": [("udp", 0)],
        "bad gre": [("gre", 0)],
        "bad inner ip": [("ip", 0 if six else 1)],
        "bad inner tcp": [("tcp", 0)],
        "bad inner udp": [("udp", 1 if udp else 0)],
    }[kind]


def main(config, folder):
    config = json.loads(config)
    with open(os.path.join(folder, "kinds.json")) as file:
        kinds = json.load(file)
    packets = wire.dissect(os.path.join(folder, "in.pcap"), config["tunnel"], config.get("port"))
    problems, proved = [], 0
    for number, (kind, packet) in enumerate(zip(kinds, packets, strict=True)):
        if kind.startswith("drop"):
            continue
        have, want = bad_sums(packet), expected(kind, config)
        if have != want or packet["_ws.malformed"]:
            problems.append("frame %d (%s): %s %s" % (number + 1, kind, have, packet["_ws.expert.message"]))
        proved += 1
    print(json.dumps({"proved": proved, "problems": problems[:20]}))


main(*sys.argv[1:])
