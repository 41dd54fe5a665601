package io.gatun.hw.device;

import io.gatun.hw.model.ModelNic;
import io.gatun.pmd.Burst;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Hands packets over as the ring has room, and lets the hardware work now and then. */
record OverlayModelWire(ModelNic nic, Random random) implements OverlayWire {
  @Override
  public @Nullable String send(Burst packet) {
    if (nic.prepare(packet) < packet.size()) {
      return nic.refusal();
    }
    while (!packet.isEmpty()) {
      nic.transmit(packet);
      nic.work(random.nextInt(packet.isEmpty() ? 4 : 64));
    }
    return null;
  }

  @Override
  public List<byte[]> frames(int expected) {
    while (nic.waiting() > 0) {
      nic.work(1 + random.nextInt(32));
    }
    nic.cleanUp();
    return nic.frames();
  }
}
