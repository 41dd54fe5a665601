package io.gatun.nest.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LinkTest {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private Link link(Endpoint endpoint) {
    return Link.start(
        "test",
        endpoint,
        Runnable::run,
        bytes -> events.add(UTF_8.decode(bytes).toString()),
        () -> events.add("lost"));
  }

  private String next() throws InterruptedException {
    return String.valueOf(events.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void aSocketIsAwaitedUsedAndOpenedAgain(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("chardev");
    try (Link link = link(Endpoint.socket(path))) {
      Thread.sleep(120); // nobody is there yet: it tries, and tries again
      for (int life = 0; life < 2; life++) {
        Files.deleteIfExists(path);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
          server.bind(UnixDomainSocketAddress.of(path));
          try (SocketChannel peer = server.accept()) {
            peer.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
            assertThat(next()).isEqualTo("hello");
            link.send("answer".getBytes(UTF_8));
            ByteBuffer in = ByteBuffer.allocate(6);
            while (in.hasRemaining()) {
              assertThat(peer.read(in)).isPositive();
            }
            assertThat(UTF_8.decode(in.flip()).toString()).isEqualTo("answer");
          }
        }
        assertThat(next()).isEqualTo("lost");
      }
    }
  }

  @Test
  void aPeerThatDoesNotReadNeverHoldsTheSenderUp(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("chardev");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Link link = link(Endpoint.socket(path))) {
      server.bind(UnixDomainSocketAddress.of(path));
      try (SocketChannel peer = server.accept()) {
        byte[] frame = new byte[64 * 1024];
        for (int i = 0; i < 1000; i++) {
          link.send(frame);
        }
        assertThat(link.droppedFrames()).isPositive();
        assertThat(peer.isOpen()).isTrue();
      }
    }
  }

  @Test
  void aDeviceThatIsNotThereIsNotMade(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("io.gatun.extender");
    try (Link link = link(Endpoint.device(path))) {
      Thread.sleep(200);
      assertThat(Files.exists(path)).isFalse();
      link.send(new byte[1]); // and its sender does not wait
    }
  }

  @Test
  void aDeviceIsReadAndWritten(@TempDir Path directory) throws Exception {
    Path fifo = directory.resolve("fifo");
    Process made = new ProcessBuilder("mkfifo", fifo.toString()).start();
    assertThat(made.waitFor()).isZero();

    try (Link link = link(Endpoint.device(fifo))) {
      link.send("itself".getBytes(UTF_8)); // a fifo opened both ways echoes
      assertThat(next()).isEqualTo("itself");
    }
  }
}
