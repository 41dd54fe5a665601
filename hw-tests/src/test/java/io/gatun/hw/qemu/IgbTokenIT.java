package io.gatun.hw.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.tool.Pcap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A physical function that DPDK drives through vfio-pci, and its virtual function in another
 * process: the kernel gives that one only to who knows the token that the owner has set (EAL's
 * {@code --vfio-vf-token}). Without it the function cannot be opened, and EAL has no port.
 */
@QemuTest
@ExtendWith(IgbGuest.class)
class IgbTokenIT {
  private static final IgbFunctions OWNERS = IgbFunctions.PHYSICAL;
  private static final int PORT = 2;
  private static final String PHYSICAL = OWNERS.address(PORT);
  private static final String VIRTUAL = PHYSICAL.replace(":00.0", ":10.0");
  private static final String TOKEN = "--vfio-vf-token=14d63f20-8445-11ea-8900-1f9ce7d5650d";
  private static final String NUMBER = "/sys/bus/pci/devices/" + PHYSICAL + "/sriov_numvfs";
  private static final int FRAMES = 50;

  private final QemuGuest guest;

  IgbTokenIT(QemuGuest guest) {
    this.guest = guest;
  }

  @Test
  void aVirtualFunctionOfAnotherProcessNeedsItsToken() {
    guest.write("/sys/module/vfio_pci/parameters/enable_sriov", "1");
    // vfio-pci keeps the new function for itself.
    guest.write(NUMBER, "1");
    try {
      int before = Pcap.read(OWNERS.capture(guest, PORT)).size();
      GuestCommand owner = forward(PHYSICAL, "--mode=rxonly", "--idle=backoff");
      owner.await("the live table", () -> owner.errors().contains("Mpps"));

      JsonNode sent =
          forward(VIRTUAL, "--mode=txonly", "--packets=" + FRAMES).json().at("/ports/0");
      assertThat(sent.get("driver").asText()).isEqualTo(IgbFunctions.VIRTUAL.driver());
      assertThat(sent.get("tx_packets").asInt()).isEqualTo(FRAMES);
      owner.signal("TERM");
      assertThat(owner.json().get("lost_mbufs").asInt()).isZero();
      assertThat(Pcap.read(OWNERS.capture(guest, PORT))).hasSize(before + FRAMES);
    } finally {
      guest.killCommands();
      guest.write(NUMBER, "0");
    }
  }

  private GuestCommand forward(String function, String... options) {
    String[] all = new String[options.length + 2];
    System.arraycopy(options, 0, all, 2, options.length);
    all[0] = "--stats-period=0.5";
    all[1] = "--json";
    return GuestGatun.start(guest, List.of("--allow=" + function, TOKEN), "forward", all);
  }
}
