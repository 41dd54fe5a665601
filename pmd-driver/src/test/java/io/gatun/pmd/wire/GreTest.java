package io.gatun.pmd.wire;

import java.util.List;

class GreTest extends HeaderTest {
  GreTest() {
    super(Gre::length, Gre.MIN_LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("GRE(proto=0x6558)", "00006558")
            .field("flags", Gre::flags, Gre::flags, 0)
            .reads("version", Gre::version, 0)
            .flag("has checksum", Gre::hasChecksum, false)
            .flag("has key", Gre::hasKey, false)
            .flag("has sequence", Gre::hasSequence, false)
            .field("protocol", Gre::protocol, Gre::protocol, Ethernet.TYPE_TEB),
        sample("GRE(key_present=1, key=0x89abcdef, proto=0x6558)", "2000655889abcdef")
            .field("flags", Gre::flags, Gre::flags, Gre.FLAG_KEY)
            .field("protocol", Gre::protocol, Gre::protocol, Ethernet.TYPE_TEB)
            .reads("keyOffset", Gre::keyOffset, 4)
            .field("key", at -> Gre.hasKey(at) ? Gre.key(at) : -1, Gre::key, 0x89ab_cdef),
        sample(
                "GRE(seqnum_present=1, sequence_number=0xfedcba98, proto=0x0800)",
                "10000800fedcba98")
            .field("flags", Gre::flags, Gre::flags, Gre.FLAG_SEQUENCE)
            .field("protocol", Gre::protocol, Gre::protocol, Ethernet.TYPE_IPV4)
            .field(
                "sequence",
                at -> Gre.hasSequence(at) ? Gre.sequence(at) : -1,
                Gre::sequence,
                0xfedc_ba98),
        sample("GRE(chksum_present=1, chksum=0x8123, proto=0x86dd)", "800086dd81230000")
            .field("flags", Gre::flags, Gre::flags, Gre.FLAG_CHECKSUM)
            .field("protocol", Gre::protocol, Gre::protocol, Ethernet.TYPE_IPV6)
            .field(
                "checksum",
                at -> Gre.hasChecksum(at) ? Gre.checksum(at) : -1,
                Gre::checksum,
                0x8123),
        sample(
                "GRE(chksum_present=1, key_present=1, seqnum_present=1, chksum=0xabcd, "
                    + "key=42, sequence_number=7, proto=0x6558)",
                "b0006558abcd00000000002a00000007")
            .field(
                "flags",
                Gre::flags,
                Gre::flags,
                Gre.FLAG_CHECKSUM | Gre.FLAG_KEY | Gre.FLAG_SEQUENCE)
            .field("protocol", Gre::protocol, Gre::protocol, Ethernet.TYPE_TEB)
            .field(
                "checksum",
                at -> Gre.hasChecksum(at) ? Gre.checksum(at) : -1,
                Gre::checksum,
                0xabcd)
            .field("key", at -> Gre.hasKey(at) ? Gre.key(at) : -1, Gre::key, 42)
            .field("sequence", at -> Gre.hasSequence(at) ? Gre.sequence(at) : -1, Gre::sequence, 7),
        sample(
                "GRE(key_present=1, seqnum_present=1, key=0x80000000, "
                    + "sequence_number=0xffffffff, proto=0x8847)",
                "3000884780000000ffffffff")
            .field("flags", Gre::flags, Gre::flags, Gre.FLAG_KEY | Gre.FLAG_SEQUENCE)
            .field("protocol", Gre::protocol, Gre::protocol, Ethernet.TYPE_MPLS)
            .field("key", at -> Gre.hasKey(at) ? Gre.key(at) : -1, Gre::key, 0x8000_0000)
            .reads("sequenceOffset", Gre::sequenceOffset, 8)
            .field(
                "sequence",
                at -> Gre.hasSequence(at) ? Gre.sequence(at) : 0,
                Gre::sequence,
                0xffff_ffff));
  }

  /** RFC 1701's routing, strict source route and recursion control; another version. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("GRE(routing_present=1, chksum=0)", "4000000000000000"),
        sample("GRE(strict_route_source=1)", "08000000"),
        sample("GRE(recursion_control=4)", "04000000"),
        sample("GRE(version=1)", "00010000"),
        sample("GRE(version=4)", "00040000"),
        sample("GRE(key_present=1, version=2)", "2002000000000000"));
  }
}
