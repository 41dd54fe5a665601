package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.nest.rpc.RpcCode;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Settings;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
  private static final Limits LIMITS =
      new Limits(
          2,
          List.of(Limits.Macs.parse("52:54:00:00:01:00-52:54:00:00:01:02")),
          List.of(new Limits.Vlans(100, 110), new Limits.Vlans(200, 200)),
          1000,
          3,
          false,
          1500);

  private static Settings narrow(Limits limits, Settings asked, String... taken)
      throws RpcException {
    return limits.narrow(asked, "l1", Set.of(taken)::contains);
  }

  @Test
  void whatIsNotAskedForIsDecided() throws RpcException {
    Settings settings = narrow(LIMITS, Settings.NONE, "52:54:00:00:01:00");

    assertThat(settings)
        .isEqualTo(new Settings("52:54:00:00:01:01", 100, null, null, 1000, false, null, null));
  }

  @Test
  void withoutLimitsTheOuterLevelDecides() throws RpcException {
    assertThat(narrow(Limits.NONE, Settings.NONE))
        .isEqualTo(new Settings(null, null, null, null, null, false, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      value = {
        "52:54:00:00:02:00 | - | - | - | - | - | - | - | mac: 52:54:00:00:02:00 is not granted",
        "52:54:00:00:01:00 | - | - | - | - | - | - | - | mac: 52:54:00:00:01:00 is in use",
        "- | 111 | - | - | - | - | - | - | vlan: 111 is not granted to l1; granted is: 100-110",
        "- | 0 | - | - | - | - | - | - | vlan: 0 is not granted",
        "- | - | 4 | - | - | - | - | - | qos: 4 is not granted to l1; granted is: at most 3",
        "- | - | - | 1001 | - | - | - | - | minRate: 1001 is not granted",
        "- | - | - | - | 0 | - | - | - | maxRate: unlimited is not granted",
        "- | - | - | - | 1001 | - | - | - | maxRate: 1001 is not granted",
        "- | - | - | - | - | true | - | - | trust: true is not granted",
        "- | - | - | - | - | - | false | - | spoofCheck: false without trust is not granted",
        "- | - | - | - | - | - | - | 1501 | mtu: 1501 is not granted",
      })
  void moreThanGrantedIsRefusedByName(
      @Nullable String mac,
      @Nullable Integer vlan,
      @Nullable Integer qos,
      @Nullable Integer minRate,
      @Nullable Integer maxRate,
      @Nullable Boolean trust,
      @Nullable Boolean spoofCheck,
      @Nullable Integer mtu,
      String words) {
    Settings asked = new Settings(mac, vlan, qos, minRate, maxRate, trust, spoofCheck, mtu);

    assertThatThrownBy(() -> narrow(LIMITS, asked, "52:54:00:00:01:00"))
        .isInstanceOf(RpcException.class)
        .hasMessageStartingWith(words)
        .extracting(e -> ((RpcException) e).code())
        .isEqualTo(RpcCode.NOT_GRANTED);
  }

  @Test
  void anInnerLevelOnlyNarrows() throws RpcException {
    Limits inner = new Limits(1, List.of(), List.of(new Limits.Vlans(105, 300)), 0, 7, true, 9000);

    Settings afterInner = narrow(inner, Settings.NONE);
    Settings afterOuter = narrow(LIMITS, afterInner);

    assertThat(afterOuter.vlan()).isEqualTo(105);
    assertThat(afterOuter.maxRate()).isEqualTo(1000);
    Settings wide = new Settings(null, 300, null, null, null, null, null, null);
    assertThat(narrow(inner, wide).vlan()).isEqualTo(300);
    assertThatThrownBy(() -> narrow(LIMITS, narrow(inner, wide)))
        .hasMessageContaining("vlan: 300 is not granted to l1");
  }

  @Test
  void aUsedUpRangeIsSaid() {
    assertThatThrownBy(
            () ->
                narrow(
                    LIMITS,
                    Settings.NONE,
                    "52:54:00:00:01:00",
                    "52:54:00:00:01:01",
                    "52:54:00:00:01:02"))
        .hasMessageContaining("every address granted to l1 is in use");
  }
}
