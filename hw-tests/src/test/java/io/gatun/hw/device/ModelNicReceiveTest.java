package io.gatun.hw.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.hw.model.Damage;
import io.gatun.hw.model.ModelNic;
import io.gatun.hw.model.ModelRx;
import io.gatun.hw.model.NicFamily;
import io.gatun.hw.model.RandomPackets;
import io.gatun.offload.Decapsulator;
import io.gatun.offload.Drops;
import io.gatun.offload.IdentifierTable;
import io.gatun.offload.RxTrust;
import io.gatun.offload.TunnelConfig;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.OffloadPreference;
import io.gatun.offload.plan.Quirks;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The receive side without hardware: whatever a family's driver says of a frame, right or with one
 * wrong bit in one checksum, the plan that takes its word comes to the verdicts, the bytes and the
 * drops of the plan that looks at everything itself.
 */
@Tag("dpdk")
class ModelNicReceiveTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long SEED = Long.getLong("gatun.seed", 20_260_102);
  private static final int PACKETS = Integer.getInteger("gatun.packets", 30);
  private static final int TENANT = 5;
  private static final List<Damage> DAMAGES = List.of(Damage.values());

  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final Map<Damage, Integer> tried = new EnumMap<>(Damage.class);
  private final List<String> differences = new ArrayList<>();

  /** What came of a frame. */
  @SuppressWarnings("ArrayRecordComponent") // compared by content below
  private record Outcome(int result, String verdicts, String drops, byte[] bytes) {
    boolean differsFrom(Outcome other) {
      return result != other.result
          || !verdicts.equals(other.verdicts)
          || !drops.equals(other.drops)
          || !Arrays.equals(bytes, other.bytes);
    }

    @Override
    public String toString() {
      return "%d, %s, dropped %s, %d bytes".formatted(result, verdicts, drops, bytes.length);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theVerdictsAreThoseOfSoftware(NicFamily family) {
    Random random = new Random(SEED);
    for (OverlayCase overlay : OverlayCase.all(random)) {
      long seed = random.nextLong();
      DPDK.onWorker(() -> compare(family, overlay, new Random(seed)));
    }
    System.out.printf("%s: %s frames received%n", family, tried);
    assertThat(differences).isEmpty();
    assertThat(tried).hasSize(Damage.values().length);
  }

  private void compare(NicFamily family, OverlayCase overlay, Random random) {
    OffloadPlan plan = plan(family, overlay, OffloadPreference.AUTO);
    TunnelConfig remote = remote(overlay.config());
    try (Arena arena = Arena.ofConfined();
        ModelRx withNic = new ModelRx(family, plan.rxOffloads(), false, cache);
        ModelRx without = new ModelRx(NicFamily.NONE, 0, false, cache)) {
      Receiver hardware = new Receiver(overlay, remote, RxTrust.of(plan), withNic, arena);
      Receiver software = new Receiver(overlay, remote, RxTrust.NONE, without, arena);
      int noted = 0;
      for (byte[] frame : frames(family, overlay, random, arena)) {
        Damage damage = DAMAGES.get(random.nextInt(DAMAGES.size()));
        Optional<byte[]> damaged = damage.inflict(frame, random);
        tried.merge(damaged.isPresent() ? damage : Damage.NOTHING, 1, Integer::sum);
        byte[] received = damaged.orElse(frame);
        Outcome expected = software.receive(received);
        Outcome outcome = hardware.receive(received);
        if (outcome.differsFrom(expected) && noted++ == 0 && differences.size() < 10) {
          differences.add(
              "%s, damaged: %s [%s]: %s instead of %s"
                  .formatted(family, damage, overlay, outcome, expected));
        }
      }
    }
  }

  /** The frames of the software plan: the other tests have shown that they are right. */
  private List<byte[]> frames(NicFamily family, OverlayCase overlay, Random random, Arena arena) {
    OffloadPlan software = plan(family, overlay, OffloadPreference.SOFTWARE);
    OverlaySender sender = new OverlaySender(overlay, software, cache, arena);
    RandomPackets packets =
        new RandomPackets(random, overlay.config().type().carriesEthernet(), sender.frameLimit());
    Burst out = Burst.allocate(Burst.MAX_CAPACITY, arena);
    Mbuf mbuf = new Mbuf();
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < PACKETS; i++) {
      RandomPackets.Packet packet = packets.next();
      sender.send(packet, OverlayTenant.layout(packet.bytes().length, random), 0, out);
      for (int k = 0; k < Math.min(out.size(), 3); k++) {
        frames.add(ModelNic.bytes(mbuf.wrap(out.get(k))));
      }
      cache.free(out);
    }
    return frames;
  }

  private static OffloadPlan plan(
      NicFamily family, OverlayCase overlay, OffloadPreference preference) {
    return OffloadPlan.of(
        overlay.request(preference), family.capabilities(), Quirks.KNOWN, SelfTestResults.NONE);
  }

  /** The tunnel as the other end has it. */
  private static TunnelConfig remote(TunnelConfig config) {
    IpAddress address =
        IpAddress.parse(config.local().version() == 4 ? "192.0.2.2" : "2001:db8::2");
    return TunnelConfig.builder(config.type(), address)
        .udpChecksum(config.udpChecksum())
        .outerVlan(config.outerVlan())
        .options(config.options())
        .gre(config.greChecksum(), config.greSequence())
        .mtu(config.mtu())
        .dropBad(false, false)
        .build();
  }

  /** One end of the tunnel; verdicts are counted from the start. */
  private final class Receiver {
    private final Drops drops = new Drops(cache, null);
    private final Decapsulator decapsulator;
    private final ModelRx rx;
    private final Burst burst;
    private final Mbuf mbuf = new Mbuf();

    Receiver(OverlayCase overlay, TunnelConfig config, RxTrust trust, ModelRx rx, Arena arena) {
      IdentifierTable tenants = new IdentifierTable();
      tenants.add(overlay.identifier(), TENANT);
      this.decapsulator = new Decapsulator(config, tenants, trust, cache, drops);
      this.rx = rx;
      this.burst = Burst.allocate(1, arena);
    }

    Outcome receive(byte[] frame) {
      assertThat(rx.receive(frame, burst)).isTrue();
      int result = decapsulator.receive(burst.get(0));
      byte[] bytes = result >= 0 ? ModelNic.bytes(mbuf.wrap(burst.get(0))) : new byte[0];
      if (result == Decapsulator.DROPPED) {
        burst.size(0);
        drops.flush();
      }
      cache.free(burst);
      Map<String, Object> verdicts = decapsulator.verdicts().toMap();
      verdicts.remove("merged");
      return new Outcome(result, verdicts.toString(), drops.nonZero().toString(), bytes);
    }
  }
}
