package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.tool.Pcap;
import io.gatun.hw.tool.Tool;
import io.gatun.offload.gateway.FuzzedGateway;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.Port;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wrong packets for the whole gateway, as {@code gatun gateway} runs it: tunnels, ARP, neighbour
 * discovery, ICMP, fragments, learning, flooding. Nothing is thrown, every packet is in exactly one
 * count, and every buffer comes back.
 *
 * <p>{@code -Dgatun.fuzz.packets=N} tries a quarter of N packets here: see {@link GatewayFuzzTest}.
 */
@Tag("dpdk")
@Tag("slow")
class GatewayWorkerFuzzTest {
  @RegisterExtension
  static final EalFixture DPDK =
      EalFixture.with("--vdev=net_null0,no-rx=1", "--vdev=net_null1,no-rx=1");

  private static final long PACKETS = Long.getLong("gatun.fuzz.packets", 5_000_000) / 4;
  private static final long SEED = Long.getLong("gatun.fuzz.seed", 20260);
  private static final int BURST = 32;
  private static final int MAX_PACKET = 9100;
  private static final int TURNS_BETWEEN_COUNTS = 64;

  @TempDir static Path folder;

  /** A gateway with one or two remotes, and what it is given. */
  private record Lane(
      String options, FuzzedGateway gateway, PacketMutator tenants, PacketMutator underlay) {}

  private final byte[] data = new byte[MAX_PACKET];
  private final int[] cuts = new int[8];
  private final Set<String> reasons = new TreeSet<>();
  private long given;
  private long encapsulated;
  private long decapsulated;
  private long answered;
  private long consumed;
  private long dropped;

  @BeforeAll
  static void makeCorpus() {
    Tool.assumeScapy();
    Tool.python("fuzz_corpus.py", folder);
  }

  @Test
  void everyWrongPacketIsCountedOnce() {
    Port tenants = DPDK.start(0);
    Port underlay = DPDK.start(1);
    Mempool pool = DPDK.pool();
    DPDK.onWorker(
        () -> {
          MempoolCache cache = pool.cache(DPDK.worker());
          PacketChain chain = new PacketChain(cache);
          List<Lane> lanes = lanes(tenants, underlay, pool);
          long each = PACKETS / lanes.size();
          for (Lane lane : lanes) {
            lane.gateway.onStart();
            feed(lane, chain, each);
            lane.gateway.close();
            add(lane.gateway);
          }
        });
    System.out.printf(
        "gatun: %d packets fuzzed through the whole gateway: %d encapsulated, %d decapsulated,"
            + " %d answered, %d consumed, %d dropped for %d reasons%n",
        given, encapsulated, decapsulated, answered, consumed, dropped, reasons.size());
    assertThat(given).isGreaterThan(PACKETS - 100);
    assertThat(List.of(encapsulated, decapsulated, answered, consumed)).allMatch(n -> n > 0);
    assertThat(reasons)
        .contains("malformed_outer", "malformed_inner", "unknown_vni", "bad_outer_checksum")
        .contains("not_for_us", "tunnel_flags", "too_big", "outer_fragment", "not_ip");
  }

  private static List<Lane> lanes(Port tenants, Port underlay, Mempool pool) {
    List<byte[]> frames = Pcap.read(folder.resolve("tenant.pcap"));
    List<Lane> lanes = new ArrayList<>();
    for (String tunnel : List.of("vxlan", "vxlan-gpe", "geneve", "nvgre", "gre", "ipip")) {
      for (int version : new int[] {4, 6}) {
        List<byte[]> arriving = Pcap.read(folder.resolve("%s-%d.pcap".formatted(tunnel, version)));
        // IP-in-IP has no stations to learn, and so one remote.
        for (int remotes = 1; remotes <= (tunnel.equals("ipip") ? 1 : 2); remotes++) {
          long seed = SEED + lanes.size();
          String options = options(tunnel, version, remotes);
          String[] line = options.split(" ", -1);
          lanes.add(
              new Lane(
                  options,
                  FuzzedGateway.make(tenants, underlay, pool, DPDK.worker(), BURST, line),
                  new PacketMutator(frames, seed),
                  new PacketMutator(arriving, -seed)));
        }
      }
    }
    return lanes;
  }

  private static String options(String tunnel, int version, int remotes) {
    String base = version == 4 ? "192.0.2." : "2001:db8::";
    String line =
        "--tenant 0 --underlay 1 --mtu 1500 --tunnel " + tunnel + " --local " + base + "1";
    if (!tunnel.equals("ipip")) {
      line += " --vni 42";
    }
    String two = "," + base + "3 --remote-mac 02:00:00:00:0b:0b,02:00:00:00:0c:0c";
    return line
        + (" --remote " + base + "2")
        + (remotes == 1 ? " --remote-mac 02:00:00:00:0b:0b" : two);
  }

  private void feed(Lane lane, PacketChain chain, long packets) {
    long fed = 0;
    for (long turn = 1; fed < packets; turn++) {
      fed += fill(lane.gateway.fromTenant(), lane.tenants, chain, packets - fed);
      fed += fill(lane.gateway.fromUnderlay(), lane.underlay, chain, packets - fed);
      try {
        lane.gateway.turn();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(describe(lane, fed), e);
      }
      boolean count = turn % TURNS_BETWEEN_COUNTS == 0 || fed >= packets;
      long surplus = lane.gateway.accounted() - fed;
      if (count && (surplus < 0 || surplus > lane.gateway.flooded())) {
        throw new AssertionError(
            "%d packets are counted as %d: %s"
                .formatted(fed, lane.gateway.accounted(), describe(lane, fed)));
      }
    }
    given += fed;
  }

  private int fill(Burst burst, PacketMutator mutator, PacketChain chain, long most) {
    SplittableRandom random = mutator.random();
    int count = (int) Math.min(most, 1 + random.nextInt(BURST));
    for (int i = 0; i < count; i++) {
      int length = mutator.next(data);
      int segments = 0;
      for (int at = 0; at < length; segments++) {
        at += Math.min(length - at, Mempool.DEFAULT_DATA_ROOM);
        cuts[segments] = at;
      }
      burst.add(chain.make(data, cuts, segments, 128, (byte) 0xa5));
    }
    return count;
  }

  private void add(FuzzedGateway gateway) {
    encapsulated += gateway.encapsulated();
    decapsulated += gateway.decapsulated();
    answered += gateway.answered();
    consumed += gateway.consumed();
    dropped += gateway.dropped();
    reasons.addAll(gateway.reasons().keySet());
  }

  private String describe(Lane lane, long fed) {
    return "after %d packets of seed %d, %s: %s; the last one: %s"
        .formatted(
            fed,
            SEED,
            lane.options,
            lane.gateway.reasons(),
            HexFormat.of().formatHex(data, 0, 200));
  }
}
