package io.gatun.mirror.session;

import io.gatun.mirror.encap.EncapsulationSpec;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.engine.FileOutlet;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorEngine;
import io.gatun.mirror.engine.Outlet;
import io.gatun.mirror.engine.PortOutlet;
import io.gatun.mirror.engine.Selector;
import io.gatun.mirror.file.CaptureFile;
import io.gatun.mirror.file.CaptureFileConfig;
import io.gatun.mirror.file.CaptureInterface;
import io.gatun.mirror.filter.PacketFilter;
import io.gatun.pmd.Port;
import io.gatun.pmd.TxQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the lanes of sessions, and the destinations that they share. Guarded by the Mirror. */
final class LaneMaker {
  private static final int BITS_PER_MEGABIT = 1_000_000;

  /** What tells the destinations of one lcore apart. */
  private sealed interface Key {
    record AtPort(Port port) implements Key {}

    /** A ring has one snaplen. */
    record InFile(Path path, int snaplen) implements Key {}
  }

  private final MirrorSettings settings;
  private final PortDirectory ports;
  private final Collection<EngineSite> sites;
  private final List<String> dropReasons;
  private final Map<Path, SharedFile> files = new LinkedHashMap<>();
  private final List<SharedFile> closed = new ArrayList<>();

  /**
   * @param sites all lcores that have taps; grows until the run starts
   * @param dropReasons names by number; grows until the run starts
   */
  LaneMaker(
      MirrorSettings settings,
      PortDirectory ports,
      Collection<EngineSite> sites,
      List<String> dropReasons) {
    this.settings = settings;
    this.ports = ports;
    this.sites = sites;
    this.dropReasons = dropReasons;
  }

  /** Files that are open, then those that were. */
  List<SharedFile> files() {
    List<SharedFile> all = new ArrayList<>(closed);
    all.addAll(files.values());
    return all;
  }

  /** Files that are open. */
  Collection<SharedFile> openFiles() {
    return files.values();
  }

  /**
   * Makes a session with lanes on every lcore that sees its sources. No engine knows them yet.
   *
   * @throws IllegalArgumentException when it cannot be; nothing is left of it
   * @throws IOException when a file cannot be made
   */
  RunningSession make(SessionConfig config, LaneTotals past) throws IOException {
    PacketFilter filter =
        config.filter().isEmpty() ? null : PacketFilter.compile(config.filter(), false);
    PacketFilter inner =
        config.innerFilter().isEmpty() ? null : PacketFilter.compile(config.innerFilter(), true);
    RunningSession session = new RunningSession(config, past);
    List<EngineSite> mine =
        sites.stream()
            .filter(site -> site.taps.stream().anyMatch(tap -> session.sees(tap, ports)))
            .toList();
    if (mine.isEmpty()) {
      throw new IllegalArgumentException(
          "source: no packet comes by at %s: nobody receives there, or sends, or drops"
              .formatted(config.sources()));
    }
    boolean done = false;
    try {
      for (EngineSite site : mine) {
        Sample sample = config.sample();
        session.add(site, selector(filter, inner, sample));
        for (int i = 0; i < config.destinations().size(); i++) {
          session.add(lane(site, config, i, mine.size()));
        }
      }
      done = true;
      return session;
    } finally {
      if (!done) {
        discard(session);
      }
    }
  }

  private static Selector selector(
      @Nullable PacketFilter filter, @Nullable PacketFilter inner, Sample sample) {
    PacketFilter both =
        filter != null && inner != null ? filter.and(inner) : filter != null ? filter : inner;
    return new Selector(both, sample.every(), sample.byFlow());
  }

  /** Gives up a session that no engine has seen. */
  void discard(RunningSession session) {
    for (LaneSite lane : session.lanes()) {
      lane.outlet().lanes--;
    }
    for (EngineSite site : sites) {
      for (OutletSite outlet : List.copyOf(site.outlets.values())) {
        if (outlet.lanes == 0) {
          forget(site, outlet);
        }
      }
    }
  }

  /** Gives up a destination that no lane leads to; closes its file when nobody else has it. */
  void forget(EngineSite site, OutletSite outlet) {
    site.outlets.remove(outlet.key);
    site.engine.forget(outlet.outlet);
    SharedFile shared = outlet.file;
    if (shared != null && --shared.users == 0) {
      shared.file.close();
      files.values().remove(shared);
      closed.add(shared);
    }
  }

  private LaneSite lane(EngineSite site, SessionConfig config, int index, int lcores)
      throws IOException {
    Destination destination = config.destinations().get(index);
    OutletSite outlet =
        switch (destination) {
          case Destination.ToPort to -> toPort(site, ports.find(to.port()));
          case Destination.ToFile to -> toFile(site, to.file(), config);
        };
    Port port = outlet.port;
    EncapsulationSpec spec =
        destination instanceof Destination.ToPort to
            ? to.encapsulation()
            : new EncapsulationSpec.Span();
    FrameEdit edit = port == null ? FrameEdits.span() : FrameEdits.of(spec, port.info().mac());
    Rate rate = config.rate();
    LaneSettings lane =
        new LaneSettings(
            edit,
            config.snaplen(),
            config.copy(),
            config.policy() == Policy.HOLD,
            false,
            config.backlog(),
            config.holdMax().toNanos(),
            config.deadline().toNanos(),
            rate == null ? null : rate.limit(lcores));
    outlet.lanes++;
    return new LaneSite(site, outlet, new Lane(site.engine, lane, outlet.outlet), index);
  }

  // ---- ports ------------------------------------------------------------------------------------

  private OutletSite toPort(EngineSite site, Port port) {
    Key key = new Key.AtPort(port);
    OutletSite known = site.outlets.get(key);
    if (known != null) {
      return known;
    }
    int number = freeQueue(port);
    TxQueue queue = port.txQueues().get(number);
    Outlet outlet = new PortOutlet(queue, port.config().txDescriptors(), completion(port, queue));
    OutletSite made = new OutletSite(key, outlet, port, number, null);
    site.outlets.put(key, made);
    return made;
  }

  /** How completions are seen at a queue, whose port may not have started yet. */
  Completion completion(Port port, TxQueue queue) {
    Completion asked = settings.completion();
    if (asked != null) {
      return asked;
    }
    Completion best = Completion.best(port.info(), queue);
    return best == Completion.IN_BURST ? best : Completion.DESCRIPTOR_STATUS;
  }

  private int freeQueue(Port port) {
    Set<Integer> taken = new LinkedHashSet<>();
    for (EngineSite site : sites) {
      OutletSite there = site.outlets.get(new Key.AtPort(port));
      if (there != null) {
        taken.add(there.queue);
      }
    }
    int queues = port.txQueues().size();
    for (int queue = 0; queue < queues; queue++) {
      if (!taken.contains(queue)) {
        return queue;
      }
    }
    throw new IllegalArgumentException(
        "to: port %s has %d transmit queue(s), and %d lcores mirror to it, each of which needs its"
                .formatted(ports.name(port), queues, taken.size() + 1)
            + " own: use fewer lcores (-l 0-1), or another port");
  }

  // ---- files ------------------------------------------------------------------------------------

  private OutletSite toFile(EngineSite site, CaptureFileConfig file, SessionConfig config)
      throws IOException {
    Key key = new Key.InFile(file.path().toAbsolutePath().normalize(), config.snaplen());
    OutletSite known = site.outlets.get(key);
    if (known != null) {
      return known;
    }
    SharedFile shared = open(file);
    int number = shared.users++;
    Outlet outlet =
        new FileOutlet(
            shared.ring(), interfaceOfPort(), config.snaplen(), MirrorEngine.unixOffset());
    OutletSite made = new OutletSite(key, outlet, null, number, shared);
    site.outlets.put(key, made);
    return made;
  }

  private SharedFile open(CaptureFileConfig wanted) throws IOException {
    Path path = wanted.path().toAbsolutePath().normalize();
    SharedFile there = files.get(path);
    CaptureFileConfig config = wanted.withDropReasons(dropReasons);
    if (there == null) {
      SharedFile opened = new SharedFile(CaptureFile.open(config, interfaces()));
      files.put(path, opened);
      return opened;
    }
    if (!there.file.config().equals(config)) {
      throw new IllegalArgumentException(
          "to: %s is written by another session with other limits: give both the same, or name"
                  .formatted(path)
              + " another file");
    }
    return there;
  }

  /** The ports with taps, in their order; dropped packets last. */
  private List<CaptureInterface> interfaces() {
    List<CaptureInterface> result = new ArrayList<>();
    for (Port port : tapped()) {
      long speed = Math.max(port.link().speedMbps(), 0); // -1 where the driver does not know
      result.add(
          new CaptureInterface(
              "port %s (%s)".formatted(ports.name(port), port.info().name()),
              port.info().driver(),
              speed * BITS_PER_MEGABIT,
              0,
              ""));
    }
    result.add(new CaptureInterface(Source.DROPS, "packets that Gatun dropped", 0, 0, ""));
    return result;
  }

  private int[] interfaceOfPort() {
    List<Port> tapped = List.copyOf(tapped());
    int most = tapped.stream().mapToInt(Port::id).max().orElse(0);
    int[] numbers = new int[most + 2];
    numbers[0] = tapped.size();
    for (int i = 0; i < tapped.size(); i++) {
      numbers[tapped.get(i).id() + 1] = i;
    }
    return numbers;
  }

  /** The ports that somebody receives or sends on. */
  Set<Port> tapped() {
    Set<Port> result = new LinkedHashSet<>();
    for (EngineSite site : sites) {
      for (TapSite tap : site.taps) {
        Port port = tap.port();
        if (port != null) {
          result.add(port);
        }
      }
    }
    return result;
  }
}
