package io.gatun.hw.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The outer end of the cable in an emulated NIC: one UDP datagram on the loopback interface is one
 * Ethernet frame. Used by one thread.
 */
public final class Wire implements AutoCloseable {
  private static final int MAX_FRAME = 1 << 16;

  /** Frames under way at most: fewer than any of the socket buffers on the way can hold. */
  private static final int WINDOW = 64;

  private static final int PATIENCE_SECONDS = 30;

  private final DatagramSocket socket;
  private final InetSocketAddress nic;
  private final DatagramPacket received = new DatagramPacket(new byte[MAX_FRAME], MAX_FRAME);

  private Wire(DatagramSocket socket, InetSocketAddress nic) {
    this.socket = socket;
    this.nic = nic;
  }

  /** So many wires. QEMU must open its ends soon: until then their port numbers are free. */
  public static List<Wire> open(int count) throws IOException {
    List<DatagramSocket> theirs = new ArrayList<>();
    List<Wire> wires = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        DatagramSocket their = bound();
        theirs.add(their);
        wires.add(new Wire(bound(), (InetSocketAddress) their.getLocalSocketAddress()));
      }
      return wires;
    } catch (IOException e) {
      wires.forEach(Wire::close);
      throw e;
    } finally {
      theirs.forEach(DatagramSocket::close);
    }
  }

  /**
   * A wire whose ends were agreed on before.
   *
   * @param here UDP port on the loopback interface
   * @param nic the NIC's
   */
  public static Wire between(int here, int nic) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return new Wire(
        new DatagramSocket(new InetSocketAddress(loopback, here)),
        new InetSocketAddress(loopback, nic));
  }

  private static DatagramSocket bound() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** QEMU's description of its end. */
  String netdev() {
    return "local.type=inet,%s,remote.type=inet,%s"
        .formatted(
            end("local", nic), end("remote", (InetSocketAddress) socket.getLocalSocketAddress()));
  }

  private static String end(String name, InetSocketAddress address) {
    return "%1$s.host=%2$s,%1$s.port=%3$d"
        .formatted(name, address.getAddress().getHostAddress(), address.getPort());
  }

  /** Puts a frame (without CRC) on the wire. */
  public void send(byte[] frame) {
    try {
      socket.send(new DatagramPacket(frame, frame.length, nic));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame that the NIC sends; null when none comes in the time. */
  public byte @Nullable [] receive(int milliseconds) {
    try {
      socket.setSoTimeout(milliseconds);
      received.setLength(MAX_FRAME);
      socket.receive(received);
      return Arrays.copyOf(received.getData(), received.getLength());
    } catch (SocketTimeoutException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes whatever has come out and nobody has asked for. */
  public void discard() {
    while (receive(1) != null) {
      // It belonged to somebody before.
    }
  }

  /**
   * Sends all frames here and takes what comes out at {@code out}, as many frames again. Nothing is
   * sent faster than it comes out, so whatever is lost was lost between the two.
   *
   * @return what came out, in order
   */
  public List<byte[]> sendThrough(Wire out, List<byte[]> frames) {
    List<byte[]> result = new ArrayList<>();
    int sent = 0;
    while (result.size() < frames.size()) {
      while (sent < frames.size() && sent - result.size() < WINDOW) {
        send(frames.get(sent));
        sent++;
      }
      byte[] frame = out.receive((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      if (frame == null) {
        throw new GuestException(
            "%d of %d sent frames came out, then none for %d s"
                .formatted(result.size(), sent, PATIENCE_SECONDS));
      }
      result.add(frame);
    }
    return result;
  }

  @Override
  public void close() {
    socket.close();
  }
}
