package io.gatun.hw.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two Gatuns on different DPDK releases share memory: the rings' layout is an agreement between the
 * releases, and the packets' must be the one that Gatun's tables say.
 */
@ContainerTest
class LinkContainerIT {
  private static final String PAIRS = "io.gatun.hw.containers.DpdkImage#pairs";
  private static final String NAME = "{0} to {1}";

  /** As many as fill every ring and pool of both sides several times. */
  private static final int PACKETS = 100_000;

  /** What may lie in a ring when its sender closes it: the largest ring of the three. */
  private static final int RING = 1024;

  @TempDir Path share;

  @ParameterizedTest(name = NAME)
  @MethodSource(PAIRS)
  void memif(DpdkImage sender, DpdkImage receiver) throws Exception {
    String socket = "id=0,socket=" + DpdkContainer.SHARE + "/memif.sock,socket-abstract=no";
    packetsCross(
        sender,
        "--vdev=net_memif0,role=client," + socket,
        receiver,
        "--vdev=net_memif0,role=server," + socket,
        share.resolve("memif.sock"));
  }

  @ParameterizedTest(name = NAME)
  @MethodSource(PAIRS)
  void virtioUserToVhost(DpdkImage sender, DpdkImage receiver) throws Exception {
    String socket = DpdkContainer.SHARE + "/vhost.sock";
    packetsCross(
        sender,
        "--vdev=net_virtio_user0,queue_size=1024,path=" + socket,
        receiver,
        "--vdev=net_vhost0,iface=" + socket,
        share.resolve("vhost.sock"));
  }

  @ParameterizedTest(name = NAME)
  @MethodSource(PAIRS)
  void vhostToVirtioUser(DpdkImage sender, DpdkImage receiver) throws Exception {
    String socket = DpdkContainer.SHARE + "/vhost.sock";
    try (DpdkContainer from = DpdkContainer.start(sender, share);
        DpdkContainer to = DpdkContainer.start(receiver, share)) {
      // Here the sending side is the one that listens on the socket.
      GatunRun tx = transmit(from, 0, "--vdev=net_vhost0,iface=" + socket);
      tx.awaitFile(share.resolve("vhost.sock"));
      checkBothEnds(tx, receive(to, 1, "--vdev=net_virtio_user0,queue_size=1024,path=" + socket));
    }
  }

  /** The receiving side listens on the socket, so it starts first. */
  private void packetsCross(
      DpdkImage sender, String senderPort, DpdkImage receiver, String receiverPort, Path socket)
      throws Exception {
    try (DpdkContainer to = DpdkContainer.start(receiver, share);
        DpdkContainer from = DpdkContainer.start(sender, share)) {
      GatunRun rx = receive(to, 0, receiverPort);
      rx.awaitFile(socket);
      checkBothEnds(transmit(from, 1, senderPort), rx);
    }
  }

  /** Goes on until it is stopped. Sleeps when nothing comes: see {@link #checkBothEnds}. */
  private static GatunRun receive(DpdkContainer container, int side, String port) {
    return container.gatun(
        EalArguments.forward(side, port, "--", "--mode", "rxonly", "--idle", "backoff", "--json"));
  }

  /** Ends by itself when it has sent enough: what a ring has no room for is not sent, nor lost. */
  private static GatunRun transmit(DpdkContainer container, int side, String port) {
    String packets = Integer.toString(PACKETS);
    return container.gatun(
        EalArguments.forward(side, port, "--", "--mode", "txonly", "--packets", packets, "--json"));
  }

  /**
   * The sender ends first, and the receiver then sleeps most of the time: the memif driver unmaps a
   * closed peer's rings from its control thread without waiting for a burst that is using them, and
   * a burst that is crashes (memif_disconnect() in drivers/net/memif/memif_socket.c).
   */
  private static void checkBothEnds(GatunRun tx, GatunRun rx) throws Exception {
    JsonNode sent = tx.result();
    JsonNode received = rx.stop();
    assertThat(sent.get("packets").asLong()).isEqualTo(PACKETS);
    assertThat(received.get("packets").asLong()).isBetween((long) PACKETS - RING, (long) PACKETS);
    assertThat(sent.get("lost_mbufs").asLong()).isZero();
    assertThat(received.get("lost_mbufs").asLong()).isZero();
  }
}
