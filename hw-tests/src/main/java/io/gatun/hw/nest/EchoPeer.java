package io.gatun.hw.nest;

import io.gatun.hw.qemu.GuestException;
import io.gatun.hw.qemu.Wire;
import io.gatun.pmd.MacAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The station outside of all machines: sends numbered frames to the one that swaps the addresses
 * and sends them back, and compares each with what it must be. Used by one thread.
 */
public final class EchoPeer {
  private static final long OWN_ADDRESS = 0x52_54_00_00_ff_01L;
  private static final int TAGGED = 0x8100;

  /** A type for experiments (IEEE 802). */
  private static final short TYPE = (short) 0x88b5;

  private static final int ADDRESSES = 12;
  private static final int MIN_FRAME = 64;
  private static final int MAX_FRAME = 1514;

  /** Frames under way at most: fewer than any queue on the way has room for. */
  private static final int WINDOW = 32;

  /** Frames that are sent together at a steady rate, of 2,000 a second. */
  private static final int BURST = 8;

  private static final long NANOS_PER_FRAME = 500_000;

  private static final int PATIENCE_MILLIS = 30_000;
  private static final int PROBE_MILLIS = 200;
  private static final int QUIET_MILLIS = 300;

  /** The number in frames that only ask whether somebody is there. */
  private static final int PROBE = -1;

  private final Wire wire;
  private final long station;
  private final int vlan;
  private long sent;
  private long received;

  /**
   * @param station the other one's address
   * @param vlan of the frames on the wire; 0: untagged
   */
  public EchoPeer(Wire wire, MacAddress station, int vlan) {
    this.wire = wire;
    this.station = station.value();
    this.vlan = vlan;
  }

  /** Frames sent so far that had to come back. */
  public long sent() {
    return sent;
  }

  /** Frames that came back so far, as they had to be. */
  public long received() {
    return received;
  }

  /** Asks until the other station answers; then waits for the answers to what it still gets. */
  public void awaitStation(int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (ask() == null) {
      if (System.nanoTime() - end > 0) {
        throw new GuestException(
            "%s (VLAN %d) does not answer within %d s"
                .formatted(new MacAddress(station), vlan, seconds));
      }
    }
    while (receive(QUIET_MILLIS) != null) {
      // An answer to one of the questions.
    }
  }

  private byte @Nullable [] ask() {
    wire.send(frame(PROBE, true));
    return receive(PROBE_MILLIS);
  }

  /** Whether the other station answers, asked so many times. */
  public boolean isAnswered(int times) {
    for (int i = 0; i < times; i++) {
      if (ask() != null) {
        return true;
      }
    }
    return false;
  }

  /** Sends so many frames and takes all of them back; fails when one is lost or not the same. */
  public void exchange(int count) {
    int last = 0;
    for (int first = 0; first < count; first++) {
      while (last < count && last - first < WINDOW) {
        send(last++);
      }
      take(first);
    }
  }

  /**
   * Sends frames and takes them back until the time is over, at a steady rate that leaves the
   * emulator most of its time: its devices and its processor share a lock.
   *
   * @return how many
   */
  public int exchange(Duration time) {
    long start = System.nanoTime();
    int sentHere = 0;
    while (System.nanoTime() - start < time.toNanos()) {
      for (int frame = 0; frame < BURST; frame++) {
        send(sentHere + frame);
      }
      for (int frame = 0; frame < BURST; frame++) {
        take(sentHere + frame);
      }
      sentHere += BURST;
      LockSupport.parkNanos(start + sentHere * NANOS_PER_FRAME - System.nanoTime());
    }
    return sentHere;
  }

  private void send(int number) {
    wire.send(frame(number, true));
    sent++;
  }

  private void take(int number) {
    byte[] frame = receive(PATIENCE_MILLIS);
    if (frame == null) {
      throw new GuestException(
          "frame %d did not come back within %d s; %d of %d did"
              .formatted(number, PATIENCE_MILLIS / 1000, received, sent));
    }
    if (!Arrays.equals(frame, frame(number, false))) {
      throw new GuestException("frame %d is not as it was sent".formatted(number));
    }
    received++;
  }

  /** The next frame of the other station to this one, whatever else is on the wire. */
  private byte @Nullable [] receive(int milliseconds) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      byte[] frame = left <= 0 ? null : wire.receive((int) left);
      if (frame == null || isForUs(frame)) {
        return frame;
      }
    }
  }

  private static boolean isForUs(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    return frame.length >= MIN_FRAME && bytes.getLong(0) >>> Short.SIZE == OWN_ADDRESS;
  }

  /** A frame as it must be, on its way there or back; its length and content follow its number. */
  private byte[] frame(int number, boolean there) {
    Random random = new Random(number);
    byte[] frame = new byte[random.nextInt(MIN_FRAME, MAX_FRAME + 1)];
    random.nextBytes(frame);
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    putAddress(bytes, there ? station : OWN_ADDRESS);
    putAddress(bytes, there ? OWN_ADDRESS : station);
    bytes.position(ADDRESSES);
    if (vlan != 0) {
      bytes.putShort((short) TAGGED).putShort((short) vlan);
    }
    bytes.putShort(TYPE).putInt(number);
    return frame;
  }

  private static void putAddress(ByteBuffer bytes, long address) {
    bytes.putShort((short) (address >>> Integer.SIZE)).putInt((int) address);
  }
}
