package io.gatun.pmd.wire;

import java.util.List;

class GeneveTest extends HeaderTest {
  GeneveTest() {
    super(Geneve::length, Geneve.MIN_LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample("GENEVE(proto=0x6558, vni=0xabcdef)", "00006558abcdef00")
            .reads("version", Geneve::version, 0)
            .field("optionsLength", Geneve::optionsLength, Geneve::optionsLength, 0)
            .reads("headerLength", Geneve::headerLength, 8)
            .field("flags", Geneve::flags, Geneve::flags, 0)
            .field("protocol", Geneve::protocol, Geneve::protocol, Ethernet.TYPE_TEB)
            .field("vni", Geneve::vni, Geneve::vni, 0xabcdef)
            .flag("valid options", Geneve::isOptionsValid, true),
        sample(
                "GENEVE(oam=1, critical=1, proto=0x86dd, vni=0x800000, "
                    + "options=[GeneveOptions(classid=0x8102, type=0x80, data=b'abcdefgh'), "
                    + "GeneveOptions(classid=0x103, type=1)])",
                "04c086dd8000000081028002616263646566676801030100")
            .optionsAt(Geneve.OPTIONS)
            .field("optionsLength", Geneve::optionsLength, Geneve::optionsLength, 16)
            .reads("headerLength", Geneve::headerLength, 24)
            .field(
                "flags", Geneve::flags, Geneve::flags, Geneve.FLAG_CONTROL | Geneve.FLAG_CRITICAL)
            .flag("control", Geneve::isControl, true)
            .flag("critical", Geneve::isCritical, true)
            .field("protocol", Geneve::protocol, Geneve::protocol, Ethernet.TYPE_IPV6)
            .field("vni", Geneve::vni, Geneve::vni, 0x800000)
            .flag("valid options", Geneve::isOptionsValid, true),
        // scapy 2.5 drops a bit of a computed optionlen above 15.
        sample(
                "GENEVE(optionlen=63, critical=1, proto=0x6558, vni=42, "
                    + "options=[GeneveOptions(data=b'd' * 124), GeneveOptions(data=b'e' * 120)])",
                "3f40655800002a000000001f646464646464646464646464646464646464646464646464"
                    + "646464646464646464646464646464646464646464646464646464646464646464646464"
                    + "646464646464646464646464646464646464646464646464646464646464646464646464"
                    + "646464646464646464646464646464646464646464646464646464640000001e65656565"
                    + "656565656565656565656565656565656565656565656565656565656565656565656565"
                    + "656565656565656565656565656565656565656565656565656565656565656565656565"
                    + "656565656565656565656565656565656565656565656565656565656565656565656565"
                    + "6565656565656565")
            .optionsAt(Geneve.OPTIONS)
            .field(
                "vni",
                Geneve::vni,
                (at, v) ->
                    Geneve.header(
                        at, Geneve.MAX_OPTIONS_LENGTH, Geneve.FLAG_CRITICAL, Ethernet.TYPE_TEB, v),
                42)
            .reads("headerLength", Geneve::headerLength, Geneve.MAX_LENGTH)
            .flag("control", Geneve::isControl, false)
            .flag("critical", Geneve::isCritical, true)
            .flag("valid options", Geneve::isOptionsValid, true),
        sample("GENEVE(reserved=63, proto=0x6558, vni=42, reserved2=255)", "003f655800002aff")
            .optionsAt(0)
            .flag("control beside reserved bits", Geneve::isControl, false)
            .flag("critical beside reserved bits", Geneve::isCritical, false)
            .field("protocol", Geneve::protocol, Geneve::protocol, Ethernet.TYPE_TEB)
            .reads("vni before a reserved byte", Geneve::vni, 42),
        sample(
                "GENEVE(vni=1, optionlen=2, options=[GeneveOptions(length=2, data=b'abcd')])",
                "02000000000001000000000261626364")
            .optionsAt(0)
            .reads("optionsLength", Geneve::optionsLength, 8)
            .flag("an option that is longer than all", Geneve::isOptionsValid, false),
        sample(
                "GENEVE(vni=1, optionlen=3, options=[GeneveOptions(data=b'abcd'), "
                    + "GeneveOptions(length=31)])",
                "030000000000010000000001616263640000001f")
            .optionsAt(0)
            .reads("optionsLength", Geneve::optionsLength, 12)
            .flag("a last option that reaches too far", Geneve::isOptionsValid, false));
  }

  /** Another version than 0. */
  @Override
  List<Sample> malformed() {
    return List.of(
        sample("GENEVE(version=1)", "4000000000000000"),
        sample("GENEVE(version=2)", "8000000000000000"),
        sample("GENEVE(version=3, vni=42)", "c000000000002a00"));
  }
}
