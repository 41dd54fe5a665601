package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.hw.tool.Pcap;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A virtual function whose address is to be changed: its physical function, driven by the kernel's
 * igb, refuses that to one that it does not trust. What counts is what is seen outside.
 */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbMacIT {
  private static final String WANTED = "02:00:00:00:00:77";
  private static final int FRAMES = 100;
  private static final int FAILED = 1;

  private final QemuGuest guest;

  IgbMacIT(QemuGuest guest) {
    this.guest = guest;
  }

  @Test
  void anUntrustedFunctionIsRefusedAndATrustedOneIsNot() throws IOException {
    List<byte[]> before = frames();
    GuestCommand refused = generate();
    assertThat(refused.exitStatus()).as(refused.errors()).isEqualTo(FAILED);
    assertThat(refused.errors())
        .contains("refuses the address " + WANTED + " and keeps " + IgbFunctions.VIRTUAL.mac(0));
    assertThat(frames()).hasSameSizeAs(before);

    trust("on");
    try {
      JsonNode summary = generate().json();
      assertThat(summary.at("/ports/0/tx_packets").asInt()).isEqualTo(FRAMES);
    } finally {
      trust("off");
    }
    List<byte[]> after = frames();
    assertThat(sources(after.subList(before.size(), after.size()))).containsExactly(WANTED);
    assertThat(after).hasSize(before.size() + FRAMES);
    // The function has the address back that its owner gave it.
    assertThat(granted()).isEqualTo(IgbFunctions.VIRTUAL.mac(0));
  }

  private GuestCommand generate() {
    return GuestGatun.start(
        guest,
        List.of("--allow=" + IgbFunctions.VIRTUAL.address(0)),
        "forward",
        "--mode=txonly",
        "--packets=" + FRAMES,
        "--port-mac=0=" + WANTED,
        "--json");
  }

  private List<byte[]> frames() {
    return Pcap.read(IgbFunctions.VIRTUAL.capture(guest, 0));
  }

  private static Set<String> sources(List<byte[]> frames) {
    HexFormat colons = HexFormat.ofDelimiter(":");
    return frames.stream()
        .map(frame -> colons.formatHex(Arrays.copyOfRange(frame, 6, 12)))
        .collect(Collectors.toSet());
  }

  private String physicalInterface() {
    String physical = GuestConfig.address(IgbFunctions.VIRTUAL.nic(0));
    return guest.run("ls", "/sys/bus/pci/devices/" + physical + "/net").strip();
  }

  private void trust(String onOrOff) {
    guest.run("ip", "link", "set", "dev", physicalInterface(), "vf", "0", "trust", onOrOff);
  }

  private String granted() throws IOException {
    String links = guest.run("ip", "-j", "link", "show", "dev", physicalInterface());
    return new ObjectMapper().readTree(links).at("/0/vfinfo_list/0/address").asText();
  }
}
