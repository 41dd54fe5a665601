package io.gatun.offload.gateway;

import static io.gatun.offload.gateway.NeighbourTable.FAILED_RETRY_NANOS;
import static io.gatun.offload.gateway.NeighbourTable.MAX_WAITING;
import static io.gatun.offload.gateway.NeighbourTable.NONE;
import static io.gatun.offload.gateway.NeighbourTable.REACHABLE_NANOS;
import static io.gatun.offload.gateway.NeighbourTable.RETRY_NANOS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gatun.offload.gateway.NeighbourTable.State;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeighbourTableTest {
  private static final IpAddress PEER = IpAddress.parse("192.0.2.2");
  private static final IpAddress PEER6 = IpAddress.parse("2001:db8::2");
  private static final long MAC = MacAddress.parse("02:00:00:00:00:02").littleEndian();
  private static final long OTHER_MAC = MacAddress.parse("02:00:00:00:00:03").littleEndian();

  private static final long START = soonToOverflow();

  private final NeighbourTable table = new NeighbourTable(4);
  private final long memory = Arena.global().allocate(16).address();

  /**
   * {@link System#nanoTime} may overflow: differences must still be right. No constant to javac.
   */
  private static long soonToOverflow() {
    return Long.MAX_VALUE - RETRY_NANOS / 2;
  }

  private int heard(IpAddress address, long mac, long now, boolean confirmed, boolean override) {
    address.write(memory);
    return table.heard(memory, address.version(), mac, now, confirmed, override);
  }

  private int heard(IpAddress address, long mac, long now) {
    address.write(memory);
    return table.heard(memory, address.version(), mac, now);
  }

  /** What is due at {@code now}, once. */
  private void assertDue(long now, int neighbour) {
    assertThat(table.tick(now)).isEqualTo(neighbour);
    if (neighbour != NONE) {
      assertThat(table.tick(now)).as("the same twice").isEqualTo(NONE);
    }
  }

  private int fail(IpAddress address) {
    int n = table.add(address);
    for (int i = 0; i < NeighbourTable.MAX_TRIES; i++) {
      assertDue(START + i * RETRY_NANOS, n);
    }
    assertDue(START + 3 * RETRY_NANOS, NONE);
    assertThat(table.state(n)).isEqualTo(State.FAILED);
    return n;
  }

  @Test
  void aNewNeighbourIsAskedForAtOnceAndEverySecond() {
    int n = table.add(PEER);
    assertThat(table.add(PEER)).as("again").isEqualTo(n);
    assertThat(table.mac(n)).isEqualTo(NONE);
    assertThat(table.state(n)).isEqualTo(State.INCOMPLETE);

    assertDue(START, n);
    assertThat(table.probeMac(n)).as("everybody").isEqualTo(NONE);
    assertDue(START + RETRY_NANOS - 1, NONE);
    assertDue(START + RETRY_NANOS, n);
    assertDue(START + 2 * RETRY_NANOS, n);
    assertDue(START + 3 * RETRY_NANOS, NONE);
    assertThat(table.state(n)).isEqualTo(State.FAILED);
    assertThat(table.failed()).isEqualTo(1);
  }

  @Test
  void anAnswerResolvesAndAgesToStale() {
    int n = table.add(PEER6);
    assertDue(START, n);
    assertThat(heard(PEER6, MAC, START)).isEqualTo(n);
    assertThat(table.mac(n)).isEqualTo(MAC);
    assertThat(table.state(n)).isEqualTo(State.REACHABLE);

    assertDue(START + REACHABLE_NANOS - 1, NONE);
    long stale = START + REACHABLE_NANOS;
    assertDue(stale, n);
    assertThat(table.state(n)).isEqualTo(State.STALE);
    assertThat(table.mac(n)).as("used meanwhile").isEqualTo(MAC);
    assertThat(table.probeMac(n)).as("unicast").isEqualTo(MAC);
    assertDue(stale + RETRY_NANOS, n);
    assertThat(table.probeMac(n)).isEqualTo(MAC);
    assertDue(stale + 2 * RETRY_NANOS, n);
    assertThat(table.probeMac(n)).as("at last everybody").isEqualTo(NONE);

    assertThat(heard(PEER6, MAC, stale + 2 * RETRY_NANOS)).isEqualTo(n);
    assertThat(table.state(n)).isEqualTo(State.REACHABLE);
    assertThat(table.changed()).isZero();
    assertThat(table.resolved()).isEqualTo(1);
  }

  @Test
  void aStaleNeighbourThatDoesNotAnswerFails() {
    int n = table.add(PEER);
    heard(PEER, MAC, START);
    long stale = START + REACHABLE_NANOS;
    for (int i = 0; i < NeighbourTable.MAX_TRIES; i++) {
      assertDue(stale + i * RETRY_NANOS, n);
    }
    assertDue(stale + 3 * RETRY_NANOS, NONE);
    assertThat(table.state(n)).isEqualTo(State.FAILED);
    assertThat(table.mac(n)).isEqualTo(NONE);
  }

  @Test
  void aFailedNeighbourIsTriedAgainOnlyWhilePacketsAsk() {
    int n = fail(PEER);
    long failed = START + 3 * RETRY_NANOS;
    assertDue(failed + 20 * FAILED_RETRY_NANOS, NONE);

    assertThat(table.hold(n, 4711, 1)).as("not kept").isEqualTo(4711);
    assertDue(failed + 20 * FAILED_RETRY_NANOS, n);
    assertThat(table.hold(n, 4711, 1)).isEqualTo(4711);
    assertDue(failed + 21 * FAILED_RETRY_NANOS - 1, NONE);
    assertDue(failed + 21 * FAILED_RETRY_NANOS, n);
    assertDue(failed + 30 * FAILED_RETRY_NANOS, NONE);

    heard(PEER, MAC, failed + 30 * FAILED_RETRY_NANOS);
    assertThat(table.state(n)).isEqualTo(State.REACHABLE);
    assertThat(table.hold(n, 4711, 1)).isZero();
  }

  @Test
  void aRequestTeachesButProvesNothing() {
    int n = table.add(PEER);
    assertDue(START, n);
    assertThat(heard(PEER, MAC, START, false, true)).isEqualTo(n);
    assertThat(table.mac(n)).isEqualTo(MAC);
    assertThat(table.state(n)).isEqualTo(State.STALE);
    assertDue(START, n);
    assertThat(table.probeMac(n)).isEqualTo(MAC);

    heard(PEER, MAC, START);
    heard(PEER, MAC, START + 1, false, true);
    assertThat(table.state(n)).as("nothing new").isEqualTo(State.REACHABLE);
    heard(PEER, OTHER_MAC, START + 1, false, true);
    assertThat(table.mac(n)).isEqualTo(OTHER_MAC);
    assertThat(table.state(n)).isEqualTo(State.STALE);
    assertThat(table.changed()).isEqualTo(1);
  }

  /** RFC 4861 section 7.2.5: without the O flag a known address stays, and becomes doubtful. */
  @Test
  void anAnswerThatMayNotOverrideRaisesDoubt() {
    int n = table.add(PEER6);
    heard(PEER6, MAC, START);
    heard(PEER6, OTHER_MAC, START, true, false);
    assertThat(table.mac(n)).isEqualTo(MAC);
    assertThat(table.state(n)).isEqualTo(State.STALE);
    heard(PEER6, NONE, START, true, true);
    assertThat(table.mac(n)).as("confirmed without an address").isEqualTo(MAC);
    assertThat(table.state(n)).isEqualTo(State.REACHABLE);
  }

  @Test
  void anAnswerWithoutAnAddressResolvesNobody() {
    int n = table.add(PEER6);
    heard(PEER6, NONE, START, true, true);
    assertThat(table.state(n)).isEqualTo(State.INCOMPLETE);
  }

  @Test
  void strangersAndImpossibleAddressesAreNotLearned() {
    int n = table.add(PEER);
    assertThat(heard(IpAddress.parse("192.0.2.9"), MAC, START)).isEqualTo(NONE);
    assertThat(heard(PEER, 0, START)).isEqualTo(NONE);
    assertThat(heard(PEER, 0xffff_ffff_ffffL, START)).isEqualTo(NONE);
    assertThat(heard(PEER, MAC | 1, START)).isEqualTo(NONE);
    assertThat(table.mac(n)).isEqualTo(NONE);
    assertThat(table.size()).isEqualTo(1);
    // The IPv6 address with the same low bits is somebody else.
    assertThat(heard(IpAddress.parse("::c000:202"), MAC, START)).isEqualTo(NONE);
  }

  @Test
  void aStaticNeighbourIsNeverAskedNorChanged() {
    int n = table.addStatic(PEER, MacAddress.parse("02:00:00:00:00:02"));
    assertThat(table.tick(START)).isEqualTo(NONE);
    assertThat(heard(PEER, OTHER_MAC, START)).isEqualTo(n);
    assertThat(table.mac(n)).isEqualTo(MAC);
    table.linkUp();
    assertDue(START + 100 * REACHABLE_NANOS, NONE);
    assertThat(table.state(n)).isEqualTo(State.REACHABLE);
  }

  @Test
  void packetsWaitAndAreDrainedInOrder() {
    int n = table.add(PEER);
    for (int i = 1; i <= 3; i++) {
      assertThat(table.hold(n, 1000 + i, i)).isZero();
    }
    assertThat(table.waiting(n)).isEqualTo(3);
    assertThat(table.drainable()).isEqualTo(NONE);
    heard(PEER, MAC, START);
    assertThat(table.drainable()).isEqualTo(n);
    for (int i = 1; i <= 3; i++) {
      assertThat(table.poll(n)).isEqualTo(1000 + i);
      assertThat(table.polledTag()).isEqualTo(i);
    }
    assertThat(table.poll(n)).isZero();
    assertThat(table.drainable()).isEqualTo(NONE);
  }

  @Test
  void theOldestGivesWay() {
    int n = table.add(PEER);
    int other = table.add(PEER6);
    table.hold(other, 7, 7);
    for (int i = 0; i < 2 * MAX_WAITING; i++) {
      long displaced = table.hold(n, 1000 + i, i);
      assertThat(displaced).isEqualTo(i < MAX_WAITING ? 0 : 1000 + i - MAX_WAITING);
    }
    assertThat(table.displaced()).isEqualTo(MAX_WAITING);
    assertThat(table.waiting(n)).isEqualTo(MAX_WAITING);
    assertThat(table.waiting(other)).isEqualTo(1);
    assertThat(table.poll(n)).isEqualTo(1000 + MAX_WAITING);
    int left = 0;
    while (table.pollAny() != 0) {
      left++;
    }
    assertThat(left).isEqualTo(MAX_WAITING);
  }

  @Test
  void whatWaitsForAFailedNeighbourIsGivenUp() {
    int n = table.add(PEER);
    table.hold(n, 4711, 1);
    assertThat(fail(PEER)).isEqualTo(n);
    assertThat(table.drainable()).isEqualTo(n);
    assertThat(table.mac(n)).isEqualTo(NONE);
    assertThat(table.poll(n)).isEqualTo(4711);
    assertThat(table.drainable()).isEqualTo(NONE);
  }

  @Test
  void aLinkThatComesUpAsksEverybodyAnew() {
    int failed = fail(PEER);
    int known = table.add(PEER6);
    heard(PEER6, MAC, START);
    table.linkUp();
    long now = START + 4 * RETRY_NANOS;
    assertThat(table.tick(now)).isEqualTo(failed);
    assertThat(table.state(failed)).isEqualTo(State.INCOMPLETE);
    assertThat(table.tick(now)).isEqualTo(known);
    assertThat(table.state(known)).isEqualTo(State.STALE);
    assertThat(table.mac(known)).isEqualTo(MAC);
    assertThat(table.tick(now)).isEqualTo(NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "::", "ff02::1"})
  void impossibleNeighboursAreRefused(String address) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.add(IpAddress.parse(address)))
        .withMessageContaining("neighbour " + address);
  }

  @Test
  void aFullTableSaysSo() {
    for (int i = 1; i <= 4; i++) {
      table.add(IpAddress.parse("10.0.0." + i));
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> table.add(PEER))
        .withMessage("neighbour 192.0.2.2: the table is full (4)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NeighbourTable(0))
        .withMessage("neighbours: 0 is not in [1, 65536]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> table.addStatic(IpAddress.parse("10.0.0.1"), new MacAddress(0x0100_0000_0000L)))
        .withMessageContaining("01:00:00:00:00:00 is not the MAC address of one station");
  }
}
