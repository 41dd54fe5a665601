package io.gatun.hw.device;

import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IPV4;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.bindings.Memory;
import io.gatun.hw.model.ModelNic;
import io.gatun.hw.model.ModelRx;
import io.gatun.hw.model.NicFamily;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The model NIC's rings: what it takes, when it reads, when it frees. */
@Tag("dpdk")
class ModelNicRingTest {
  @RegisterExtension static final EalFixture DPDK = EalFixture.with();

  private static final long OFFLOADS =
      RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
  private static final int DESCRIPTORS = 64;

  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.global());
  private final MempoolCache cache = DPDK.pool().cache(DPDK.worker());
  private final Mbuf mbuf = new Mbuf();

  /** What a test does with a NIC, on the worker. */
  private interface Use {
    void run(ModelNic nic);
  }

  private static void withNic(Use use) {
    withNic(DESCRIPTORS, use);
  }

  private static void withNic(int descriptors, Use use) {
    DPDK.onWorker(
        () -> {
          try (ModelNic nic = new ModelNic(NicFamily.INTEL_82576, OFFLOADS, descriptors)) {
            use.run(nic);
          }
        });
  }

  /** Appends packets of 60 bytes, each full of its own number. */
  private void fill(int count) {
    int before = burst.size();
    assertThat(cache.allocate(burst, count)).isTrue();
    for (int i = before; i < burst.size(); i++) {
      mbuf.wrap(burst.get(i)).append(60);
      Memory.fill(mbuf.data(), 60, (byte) i);
    }
  }

  private int free() {
    return DPDK.pool().available();
  }

  @Test
  void aFullRingTakesFewer() {
    withNic(
        nic -> {
          fill(100);
          assertThat(nic.transmit(burst)).isEqualTo(DESCRIPTORS);
          assertThat(burst.size()).isEqualTo(100 - DESCRIPTORS);
          assertThat(nic.transmit(burst)).as("nothing has been sent yet").isZero();

          assertThat(nic.work(10)).isEqualTo(10);
          assertThat(nic.transmit(burst)).as("10 slots, freed for want of room").isEqualTo(10);
          cache.free(burst);
        });
  }

  @Test
  void anOffloadTakesADescriptorOfItsOwn() {
    withNic(
        nic -> {
          fill(DESCRIPTORS);
          for (int i = 0; i < burst.size(); i++) {
            mbuf.wrap(burst.get(i)).flags(RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM);
            mbuf.txOffload(Mbuf.packTxOffload(14, 20, 0, 0, 0, 0));
          }
          assertThat(nic.prepare(burst)).isEqualTo(DESCRIPTORS);
          assertThat(nic.transmit(burst)).isEqualTo(DESCRIPTORS / 2);
          cache.free(burst);
        });
  }

  @Test
  void mbufsComeBackLateAndInBatches() {
    withNic(
        4 * DESCRIPTORS,
        nic -> {
          int all = free();
          fill(40);
          nic.transmit(burst);
          nic.work(31);
          fill(1);
          nic.transmit(burst);
          assertThat(free()).as("31 are sent, none is freed").isEqualTo(all - 41);

          nic.work(1);
          fill(1);
          nic.transmit(burst);
          assertThat(free()).as("32 are sent and freed").isEqualTo(all - 42 + 32);
          assertThat(nic.held()).isEqualTo(10);

          nic.work(100);
          nic.cleanUp();
          assertThat(free()).isEqualTo(all);
        });
  }

  /** Frames leave in order, with the bytes of the time of sending, as DMA reads them. */
  @Test
  void bytesAreReadWhenTheHardwareWorks() {
    withNic(
        nic -> {
          fill(3);
          long last = Mbuf.data(burst.get(2));
          nic.transmit(burst);
          nic.work(2);
          Memory.fill(last, 60, (byte) 0x77); // which no sender may
          nic.work(1);

          List<byte[]> frames = nic.frames();
          assertThat(frames).hasSize(3);
          assertThat(frames.get(0)).containsOnly(0);
          assertThat(frames.get(1)).containsOnly(1);
          assertThat(frames.get(2)).containsOnly(0x77);
          assertThat(nic.frames()).as("taken").isEmpty();
        });
  }

  /** Who does not ask {@code tx_prepare} gets a dropped packet, as hardware drops it. */
  @Test
  void aRefusedRequestDoesNotLeave() {
    withNic(
        nic -> {
          fill(2);
          mbuf.wrap(burst.get(1)).flags(RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM);
          mbuf.txOffload(Mbuf.packTxOffload(14, 200, 0, 0, 0, 0));
          assertThat(nic.prepare(burst)).isEqualTo(1);
          assertThat(nic.refusal()).contains("not all in the first mbuf");

          nic.transmit(burst);
          nic.work(2);
          assertThat(nic.frames()).hasSize(1);
          assertThat(nic.faults()).hasSize(1);
        });
  }

  @Test
  void receivedFramesAreSpreadOverSegments() {
    DPDK.onWorker(
        () -> {
          try (ModelRx rx = new ModelRx(NicFamily.INTEL_X710, 0, false, cache)) {
            byte[] frame = new byte[9000];
            new Random(1).nextBytes(frame);
            assertThat(rx.receive(frame, burst)).isTrue();
            mbuf.wrap(burst.get(0));
            assertThat(mbuf.segments()).isEqualTo(5);
            assertThat(ModelNic.bytes(mbuf)).isEqualTo(frame);
            cache.free(burst);
          }
        });
  }
}
