package io.gatun.hw.mirror;

import io.gatun.hw.model.CompletingDevice;
import io.gatun.mirror.engine.EgressTap;
import io.gatun.pmd.Burst;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Who sends in a {@link MirrorWorld}, through a tap before a device: the device must get the very
 * packets, whole and in order, and what it does not take must still be the sender's.
 */
final class SendingHost {
  private final MirrorWorld world;
  private final int tap;
  private final EgressTap out;
  private final SplittableRandom random;
  private final Burst staged = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final List<Long> taken = new ArrayList<>();

  SendingHost(MirrorWorld world, int tap, EgressTap out, CompletingDevice device) {
    this.world = world;
    this.tap = tap;
    this.out = out;
    random = world.random();
    device.listen(
        (mbuf, bytes) -> {
          MirrorWorld.require(
              MirrorFrames.isRight(bytes) && MirrorFrames.kind(bytes) == MirrorFrames.PLAIN,
              "a primary packet was changed");
          taken.add(mbuf);
        });
  }

  /** What the device has not taken yet. */
  Burst staged() {
    return staged;
  }

  /** Sends some packets, if the tap is ready, before them those that were not taken. */
  void send() {
    if (!out.isReady()) {
      return;
    }
    Burst packetsOut = staged;
    for (int i = random.nextInt(33); i > 0 && packetsOut.remaining() > 0; i--) {
      long packet = world.next(tap);
      if (packet == 0) {
        break;
      }
      packetsOut.add(packet);
    }
    int count = packetsOut.size();
    long[] before = new long[count];
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      before[i] = packetsOut.get(i);
      lengths[i] = MirrorWorld.lengthOf(before[i]);
    }
    taken.clear();
    int sent = out.transmit(packetsOut);
    MirrorWorld.require(
        taken.size() == sent, "%d were taken, told %d".formatted(taken.size(), sent));
    MirrorWorld.require(packetsOut.size() == count - sent, "packets vanished from the burst");
    for (int i = 0; i < count; i++) {
      MirrorWorld.require(
          before[i] == (i < sent ? taken.get(i) : packetsOut.get(i - sent)), "another order");
    }
    for (int i = 0; i < sent; i++) {
      world.passed(tap, lengths[i]);
    }
  }
}
