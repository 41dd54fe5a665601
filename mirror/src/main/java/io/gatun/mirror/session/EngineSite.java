package io.gatun.mirror.session;

import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.Tap;
import io.gatun.pmd.Lcore;
import io.gatun.pmd.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An lcore's engine with its taps and destinations. Guarded by the {@link Mirror}. */
final class EngineSite {
  final Lcore lcore;
  final MirrorEngine engine;
  final List<TapSite> taps = new ArrayList<>();

  /** Destinations in use, by what tells them apart. */
  final Map<Object, OutletSite> outlets = new LinkedHashMap<>();

  EngineSite(Lcore lcore, MirrorEngine engine) {
    this.lcore = lcore;
    this.engine = engine;
  }

  void add(Tap tap, @Nullable Port port, int queue) {
    taps.add(new TapSite(tap, port, queue));
  }
}
