package io.gatun.pmd.wire;

import java.util.List;

class NeighbourDiscoveryTest extends HeaderTest {
  /** Behind the target, one short option, and a long one after it. */
  private static final int[] OPTION_ENDS = {24, 32, 64};

  NeighbourDiscoveryTest() {
    super(NeighbourDiscovery::length, NeighbourDiscovery.MIN_LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "ICMPv6ND_NS(cksum=0, tgt='2001:db8:1:2:f3:e4:d5:c6') / "
                    + "ICMPv6NDOptSrcLLAddr(lladdr='02:13:24:35:46:57')",
                "870000000000000020010db80001000200f300e400d500c60101021324354657")
            .field(
                "flags",
                NeighbourDiscovery::flags,
                (at, v) -> NeighbourDiscovery.header(at, Icmp6.NEIGHBOUR_SOLICITATION, v),
                0)
            .wide(
                "targetHigh",
                NeighbourDiscovery::targetHigh,
                (at, v) -> NeighbourDiscovery.target(at, v, NeighbourDiscovery.targetLow(at)),
                0x2001_0db8_0001_0002L)
            .wide(
                "targetLow",
                NeighbourDiscovery::targetLow,
                (at, v) -> NeighbourDiscovery.target(at, NeighbourDiscovery.targetHigh(at), v),
                0x00f3_00e4_00d5_00c6L)
            .wide(
                "source address",
                at -> linkLayerAddress(at, NeighbourDiscovery.OPTION_SOURCE_ADDRESS),
                (at, v) ->
                    NeighbourDiscovery.linkLayerOption(
                        at + NeighbourDiscovery.OPTIONS,
                        NeighbourDiscovery.OPTION_SOURCE_ADDRESS,
                        v),
                0x5746_3524_1302L)
            .reads(
                "target address",
                at -> linkLayerAddress(at, NeighbourDiscovery.OPTION_TARGET_ADDRESS),
                NeighbourDiscovery.NO_ADDRESS),
        sample(
                "ICMPv6ND_NA(cksum=0, R=1, S=1, O=1, tgt='fe80::1') / "
                    + "ICMPv6NDOptDstLLAddr(lladdr='f2:e3:d4:c5:b6:a7')",
                "88000000e0000000fe8000000000000000000000000000010201f2e3d4c5b6a7")
            .field(
                "flags",
                NeighbourDiscovery::flags,
                (at, v) -> NeighbourDiscovery.header(at, Icmp6.NEIGHBOUR_ADVERTISEMENT, v),
                NeighbourDiscovery.FLAG_ROUTER
                    | NeighbourDiscovery.FLAG_SOLICITED
                    | NeighbourDiscovery.FLAG_OVERRIDE)
            .wide(
                "targetHigh",
                NeighbourDiscovery::targetHigh,
                (at, v) -> NeighbourDiscovery.target(at, v, NeighbourDiscovery.targetLow(at)),
                0xfe80L << 48)
            .wide(
                "targetLow",
                NeighbourDiscovery::targetLow,
                (at, v) -> NeighbourDiscovery.target(at, NeighbourDiscovery.targetHigh(at), v),
                1)
            .wide(
                "target address",
                at -> linkLayerAddress(at, NeighbourDiscovery.OPTION_TARGET_ADDRESS),
                (at, v) ->
                    NeighbourDiscovery.linkLayerOption(
                        at + NeighbourDiscovery.OPTIONS,
                        NeighbourDiscovery.OPTION_TARGET_ADDRESS,
                        v),
                0xa7b6_c5d4_e3f2L)
            .reads(
                "source address",
                at -> linkLayerAddress(at, NeighbourDiscovery.OPTION_SOURCE_ADDRESS),
                NeighbourDiscovery.NO_ADDRESS),
        sample(
                "ICMPv6ND_NA(cksum=0x8001, R=0, S=1, O=0, tgt='fe80::1') / "
                    + "ICMPv6NDOptMTU(mtu=1500) / ICMPv6NDOptPrefixInfo() / "
                    + "ICMPv6NDOptDstLLAddr(lladdr='02:00:00:00:00:01')",
                "8800800140000000fe80000000000000000000000000000105010000000005dc030440c0"
                    + "ffffffffffffffff00000000000000000000000000000000000000000201020000000001")
            .optionsAt(0)
            .field(
                "flags",
                NeighbourDiscovery::flags,
                NeighbourDiscovery::flags,
                NeighbourDiscovery.FLAG_SOLICITED)
            .reads(
                "target address behind others",
                at -> linkLayerAddress(at, NeighbourDiscovery.OPTION_TARGET_ADDRESS),
                0x0100_0000_0002L),
        sample("ICMPv6ND_NS(cksum=0, tgt='::')", "870000000000000000000000000000000000000000000000")
            .field(
                "flags",
                NeighbourDiscovery::flags,
                (at, v) -> NeighbourDiscovery.header(at, Icmp6.NEIGHBOUR_SOLICITATION, v),
                0)
            .reads(
                "no options",
                at -> linkLayerAddress(at, NeighbourDiscovery.OPTION_SOURCE_ADDRESS),
                NeighbourDiscovery.NO_ADDRESS));
  }

  /** Another type, a code, an empty option, one that reaches too far. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("ICMPv6ND_RA(cksum=0)", "86000000000807080000000000000000"),
        sample(
            "ICMPv6EchoRequest(cksum=0, data=b'0123456789abcdef')",
            "800000000000000030313233343536373839616263646566"),
        sample("ICMPv6ND_NS(cksum=0, code=1)", "870100000000000000000000000000000000000000000000"),
        sample(
            "ICMPv6ND_NS(cksum=0) / ICMPv6NDOptSrcLLAddr(len=0)",
            "8700000000000000000000000000000000000000000000000100000000000000"),
        sample(
            "ICMPv6ND_NA(cksum=0) / ICMPv6NDOptDstLLAddr(len=255)",
            "88000000a00000000000000000000000000000000000000002ff000000000000"));
  }

  /** Nothing but the end of the payload says where it ends: any whole options are a message. */
  @Override
  int expectedLength(Sample sample, int available) {
    boolean isWhole = available == sample.length();
    for (int end : OPTION_ENDS) {
      isWhole |= available == end && available <= sample.length();
    }
    return isWhole ? available : -1;
  }

  private long linkLayerAddress(long at, int option) {
    return NeighbourDiscovery.linkLayerAddress(at, (int) (memory.end() - at), option);
  }
}
