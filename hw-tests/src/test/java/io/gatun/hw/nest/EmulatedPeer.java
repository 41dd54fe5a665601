package io.gatun.hw.nest;

import io.gatun.hw.qemu.Wire;
import io.gatun.pmd.MacAddress;

/** The other end of an emulated NIC's cable, in the hypervisor that plugged it. */
final class EmulatedPeer {
  private static final int STATION_SECONDS = 100;

  private EmulatedPeer() {}

  /** Arguments: its UDP port, the NIC's, the station's address, how many frames. */
  public static void main(String[] arguments) throws Exception {
    try (Wire wire = Wire.between(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]))) {
      EchoPeer peer = new EchoPeer(wire, MacAddress.parse(arguments[2]), 0);
      peer.awaitStation(STATION_SECONDS);
      peer.exchange(Integer.parseInt(arguments[3]));
      System.out.printf("%d of %d%n", peer.received(), peer.sent());
    }
  }
}
