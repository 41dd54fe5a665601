package io.gatun.pmd.observe;

import io.gatun.pmd.LinkStatus;
import io.gatun.pmd.PollLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes JFR events of what the control thread notices: stalls, drops, link changes. The lcores pay
 * nothing for it. Control thread.
 */
public final class FlightRecorder {
  private static final class Watched {
    private long turns = -1;
    private int looks;
    private BurstStall stall = new BurstStall();
  }

  private final Map<PollLoop, Watched> loops = new HashMap<>();
  private Sample before = new Sample(0, List.of(), List.of());

  /** A recorder that has seen nothing yet. */
  public FlightRecorder() {}

  /** Looks whether each loop has turned since the last look; called often. */
  public void look(List<PollLoop> running) {
    for (PollLoop loop : running) {
      Watched watched = loops.computeIfAbsent(loop, key -> new Watched());
      long turns = loop.turns();
      if (turns != watched.turns) {
        if (watched.looks >= 2) {
          watched.stall.lcore = loop.lcore().id();
          watched.stall.commit();
        }
        watched.turns = turns;
        watched.looks = 0;
        watched.stall = new BurstStall();
        watched.stall.begin();
      } else {
        watched.looks++;
      }
    }
  }

  /** Compares with the sample before and writes what was lost in between. */
  public void sampled(Sample now) {
    for (PortSample port : now.ports()) {
      PortSample old = before.port(port.port());
      PacketDrops drops = new PacketDrops();
      drops.port = port.port();
      drops.rxMissed = port.rxMissed() - old.rxMissed();
      drops.txDropped = port.txDropped() - old.txDropped();
      if (drops.rxMissed > 0 || drops.txDropped > 0) {
        drops.commit();
      }
    }
    before = now;
  }

  /** The link of {@code port} is now in this state. */
  public void linkChanged(int port, LinkStatus link) {
    LinkChange change = new LinkChange();
    change.port = port;
    change.up = link.up();
    change.speedMbps = link.speedMbps();
    change.commit();
  }
}
