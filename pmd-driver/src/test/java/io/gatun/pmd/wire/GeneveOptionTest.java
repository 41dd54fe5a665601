package io.gatun.pmd.wire;

import java.util.List;

class GeneveOptionTest extends HeaderTest {
  GeneveOptionTest() {
    super(GeneveOption::length, GeneveOption.MIN_LENGTH);
  }

  @Override
  List<Sample> samples() {
    return List.of(
        sample(
                "GeneveOptions(classid=0x8102, type=0x81, data=b'abcdefgh')",
                "810281026162636465666768")
            .optionsAt(GeneveOption.DATA)
            .field("optionClass", GeneveOption::optionClass, GeneveOption::optionClass, 0x8102)
            .field("type", GeneveOption::type, GeneveOption::type, GeneveOption.CRITICAL | 1)
            .flag("critical", GeneveOption::isCritical, true)
            .field("dataLength", GeneveOption::dataLength, GeneveOption::dataLength, 8),
        sample(
                "GeneveOptions(classid=0x0103, type=0x7f, data=b'd' * 124)",
                "01037f1f6464646464646464646464646464646464646464646464646464646464646464"
                    + "646464646464646464646464646464646464646464646464646464646464646464646464"
                    + "646464646464646464646464646464646464646464646464646464646464646464646464"
                    + "6464646464646464646464646464646464646464")
            .optionsAt(GeneveOption.DATA)
            .field(
                "dataLength",
                GeneveOption::dataLength,
                (at, v) -> GeneveOption.header(at, 0x103, 0x7f, v),
                GeneveOption.MAX_DATA_LENGTH)
            .flag("critical", GeneveOption::isCritical, false),
        sample("GeneveOptions(classid=0, type=0)", "00000000")
            .field("dataLength", GeneveOption::dataLength, GeneveOption::dataLength, 0),
        sample(
                "GeneveOptions(classid=1, type=0, reserved=7, length=1, data=b'abcd')",
                "000100e161626364")
            .optionsAt(0)
            .reads("dataLength beside reserved bits", GeneveOption::dataLength, 4));
  }
}
