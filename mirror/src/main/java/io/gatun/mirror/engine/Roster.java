package io.gatun.mirror.engine;

import java.util.List;

/** Everything that an engine turns. Immutable: the control thread replaces it. */
final class Roster {
  final Tap[] taps;
  final Outlet[] outlets;
  final Lane[] lanes;

  Roster(List<Tap> taps, List<Outlet> outlets, List<Lane> lanes) {
    this.taps = taps.toArray(Tap[]::new);
    this.outlets = outlets.toArray(Outlet[]::new);
    this.lanes = lanes.toArray(Lane[]::new);
  }
}
