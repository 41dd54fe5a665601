package io.gatun.nest.channel;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where a channel's bytes come from and go to. */
public interface Endpoint {
  /**
   * Opens it.
   *
   * @throws IOException when it is not there yet, or somebody else has it
   */
  Connection open() throws IOException;

  /** An open endpoint. One thread reads, another writes, any closes. */
  interface Connection extends Closeable {
    /**
     * Waits for bytes.
     *
     * @return how many; 0 or less when the other side has not got the channel open
     */
    int read(byte[] into) throws IOException;

    /** Writes all bytes; waits while the other side does not take them. */
    void write(byte[] bytes) throws IOException;
  }

  /**
   * The host's side: the socket of QEMU's {@code -chardev socket,path=...,server=on,wait=off}
   * behind a {@code virtserialport}.
   */
  static Endpoint socket(Path path) {
    return () -> {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(path));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return new Connection() {
        @Override
        public int read(byte[] into) throws IOException {
          return channel.read(ByteBuffer.wrap(into));
        }

        @Override
        public void write(byte[] bytes) throws IOException {
          ByteBuffer rest = ByteBuffer.wrap(bytes);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        }

        @Override
        public void close() throws IOException {
          channel.close();
        }
      };
    };
  }

  /**
   * The guest's side: {@code /dev/virtio-ports/io.gatun.extender}. The kernel lets one process open
   * it, once; a read returns 0 while no program has the host's side open.
   *
   * <p>RandomAccessFile, as the one class that reads and writes one descriptor at the same time: a
   * FileChannel holds a lock while it waits in a read.
   */
  static Endpoint device(Path path) {
    return () -> {
      if (!Files.exists(path)) { // or opening would make a file of that name
        throw new NoSuchFileException(path.toString());
      }
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      return new Connection() {
        @Override
        public int read(byte[] into) throws IOException {
          return file.read(into);
        }

        @Override
        public void write(byte[] bytes) throws IOException {
          file.write(bytes);
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    };
  }
}
