package io.gatun.hw.nest;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatun.hw.qemu.GuestConfig;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.cli.Command;
import io.gatun.pmd.cli.Json;
import io.gatun.pmd.cli.Main;
import io.gatun.pmd.cli.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code gatun nest-demo}, which {@code scripts/nest-demo} starts. */
@CommandLine.Command(
    name = "nest-demo",
    description = {
      "Hand a virtual function down through virtual machines in virtual machines, to a Gatun that"
          + " exchanges frames with a station outside of all of them.",
      "Start it with scripts/nest-demo, which installs and makes what it needs."
    },
    sortOptions = false)
public final class NestDemoCommand implements Command {
  /** Frames whose loss would show. */
  private static final int FRAMES = 2000;

  private static final int SPELLS = 5;
  private static final Duration SPELL = Duration.ofSeconds(2);
  private static final int STATION_SECONDS = 120;

  @CommandLine.Option(
      names = "--levels",
      defaultValue = "3",
      description = "1: a server; 2: and a machine in it; 3: and one in that (default: 3)")
  private int levels = 3;

  @CommandLine.Option(names = "--json", description = "Print one JSON object at the end")
  private boolean json;

  private final long startNanos = System.nanoTime();
  private final AtomicReference<@Nullable Nest> running = new AtomicReference<>();

  /** For ServiceLoader. */
  public NestDemoCommand() {}

  @Override
  public boolean usesEal() {
    return false;
  }

  @Override
  public int run(List<String> ealArguments) throws Exception {
    if (levels < 1 || levels > 3) {
      throw new UsageException("--levels: %d is not in [1, 3]".formatted(levels));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "nest-demo-end"));
    Map<String, Object> result;
    try {
      Nest nest = Nest.boot(levels, this::say);
      running.set(nest);
      result = show(nest);
    } finally {
      end();
    }
    boolean good = Boolean.TRUE.equals(result.get("ok"));
    if (json) {
      System.out.println(Json.text(result));
    } else {
      result.forEach((key, value) -> System.out.printf("%s: %s%n", key, value));
    }
    return good ? Main.DONE : Main.FAILED;
  }

  /** Ends all machines, once, in order or on a signal. */
  private void end() {
    Nest nest = running.getAndSet(null);
    if (nest != null) {
      try {
        nest.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void say(String level, String words) {
    System.err.printf("%6.1f s  %-3s %s%n", seconds(), level, words);
  }

  private double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private Map<String, Object> show(Nest nest) {
    nest.startExtenders();
    LevelExtender guest = nest.startGuest();
    nest.awaitActive();
    JsonNode lease = nest.lease();
    draw(lease);

    JsonNode granted = lease.path("settings");
    MacAddress mac = MacAddress.parse(granted.path("mac").asText());
    int vlan = granted.path("vlan").asInt();
    EchoPeer peer = new EchoPeer(nest.wire(), mac, vlan);
    say("out", "the station outside asks for %s in VLAN %d".formatted(mac, vlan));
    peer.awaitStation(STATION_SECONDS);
    say("out", "it is answered; %d frames go there and back".formatted(FRAMES));
    List<NestLevel> between = nest.levels().subList(0, Math.max(1, levels - 1));
    Map<String, Long> before = packets(between);
    peer.exchange(FRAMES);
    Map<String, ExitCount.Result> exits = Map.of();
    if (levels > 1) {
      say("out", "all came back; silence and traffic in turn, while KVM's exits are counted");
      exits = ExitCount.of(nest.levels().subList(0, levels - 1), peer, SPELLS, SPELL);
    }
    Map<String, Long> hypervisors = packets(between);
    hypervisors.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));

    say("out", "done; everything is given back");
    guest.stop();
    nest.tellNews();
    return result(guest.summary(), lease, peer, hypervisors, exits);
  }

  /** Packets on all interfaces, none of which is part of the path. */
  private static Map<String, Long> packets(List<NestLevel> levels) {
    Map<String, Long> all = new LinkedHashMap<>();
    for (NestLevel level : levels) {
      level.packets().forEach((name, count) -> all.put(level.name() + " " + name, count));
    }
    return all;
  }

  private Map<String, Object> result(
      JsonNode summary,
      JsonNode lease,
      EchoPeer peer,
      Map<String, Long> hypervisors,
      Map<String, ExitCount.Result> exits) {
    String driver = summary.path("ports").path(0).path("driver").asText();
    long others = hypervisors.values().stream().mapToLong(Long::longValue).sum();
    boolean complete = peer.sent() == peer.received() && summary.path("lost_mbufs").asLong(-1) == 0;
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("levels", levels);
    Map<String, String> pci = Nest.chain(lease);
    result.put("pci", pci);
    result.put("driver", driver);
    result.put("sent", peer.sent());
    result.put("received", peer.received());
    result.put("hypervisor_packets", others);
    // The peer compared both with every frame that it saw.
    result.put("mac", lease.path("settings").path("mac").asText());
    result.put("vlan", lease.path("settings").path("vlan").asInt());
    List<String> unenforced = new ArrayList<>();
    lease.path("unenforced").forEach(one -> unenforced.add(one.asText()));
    result.put("unenforced", unenforced);
    result.put("exits", exits);
    boolean flat = exits.values().stream().allMatch(one -> one.isFlat() && one.interrupts() == 0);
    result.put("exits_flat", flat);
    result.put("ok", complete && others == 0 && !driver.isEmpty() && pci.size() == levels);
    result.put("seconds", Math.round(seconds() * 10) / 10.0);
    return result;
  }

  /** The chain, one line a level. */
  private void draw(JsonNode lease) {
    StringBuilder picture = new StringBuilder();
    picture.append("PF ").append(GuestConfig.address(0)).append(" of l0");
    String indent = "\n              ";
    String kind = "VF ";
    for (Map.Entry<String, String> hop : Nest.chain(lease).entrySet()) {
      picture.append(indent).append("└─ ").append(kind);
      picture.append(hop.getValue()).append(" of ").append(hop.getKey());
      indent += "   ";
      kind = "";
    }
    picture.append(indent).append("└─ ").append(lease.path("name").asText()).append(", Gatun");
    say("", picture.toString());
  }
}
