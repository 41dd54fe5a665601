package io.gatun.nest.extender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatun.nest.link.CommandRunner;
import java.util.List;
import org.junit.jupiter.api.Test;

class VfCountersTest {
  /** As iproute2 6.1 prints it for two virtual functions of an X710. */
  private static final String OUTPUT =
      """
      [{"ifindex":4,"ifname":"enp1s0","vfinfo_list":[
       {"vf":0,"address":"52:54:00:00:01:00","trust":false,
        "stats":{"rx":{"bytes":0,"packets":0,"multicast":0,"broadcast":0,"dropped":0},
                 "tx":{"bytes":0,"packets":0,"dropped":0}}},
       {"vf":1,"address":"52:54:00:00:01:01","trust":false,
        "stats":{"rx":{"bytes":640,"packets":10,"multicast":0,"broadcast":1,"dropped":0},
                 "tx":{"bytes":1280,"packets":20,"dropped":0}}}]}]
      """;

  private static CommandRunner answering(int code, String output, String errors) {
    return command -> {
      assertThat(command).isEqualTo(List.of("ip", "-j", "-s", "link", "show", "dev", "enp1s0"));
      return new CommandRunner.Result(code, output, errors);
    };
  }

  @Test
  void aFunctionsOwnCountersAreRead() throws Exception {
    assertThat(VfCounters.read(answering(0, OUTPUT, ""), "enp1s0", 1))
        .isEqualTo(new Functions.Counters(10, 640, 20, 1280));
  }

  @Test
  void whatIsNotKnownIsSaid() {
    assertThatThrownBy(() -> VfCounters.read(answering(0, OUTPUT, ""), "enp1s0", 0))
        .hasMessageContaining("carried nothing yet, or the driver does not count");
    assertThatThrownBy(() -> VfCounters.read(answering(0, OUTPUT, ""), "enp1s0", 2))
        .hasMessageContaining("shows no counters of virtual function 2");
    assertThatThrownBy(() -> VfCounters.read(answering(1, "", "no such device\n"), "enp1s0", 2))
        .hasMessage("enp1s0: ip -s link: no such device");
    assertThatThrownBy(() -> VfCounters.read(answering(0, "x", ""), "enp1s0", 2))
        .hasMessageContaining("enp1s0: ip -s link: ");
  }
}
