package io.gatun.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * A connected AF_UNIX socket of type SOCK_SEQPACKET, which DPDK's telemetry speaks and Java's own
 * channels do not: socket(2), connect(2), send(2), recv(2), close(2). One thread at a time.
 */
public final class UnixSeqPacket implements AutoCloseable {
  /** Room for a path in {@code struct sockaddr_un}, its NUL included. */
  public static final int MAX_PATH_BYTES = 108;

  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;

  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final VarHandle CAPTURED_ERRNO =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CONNECT =
      function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SEND =
      function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final Arena arena;
  private final MemorySegment state;
  private final MemorySegment buffer;
  private final int descriptor;
  private boolean closed;

  private UnixSeqPacket(Arena arena, MemorySegment state, int descriptor, int maxMessageBytes) {
    this.arena = arena;
    this.state = state;
    this.descriptor = descriptor;
    this.buffer = arena.allocate(maxMessageBytes);
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, CAPTURE);
  }

  /**
   * Connects.
   *
   * @param path of the socket, at most 107 bytes
   * @param maxMessageBytes the longest message that can be received
   * @param timeoutSeconds after which a receive fails
   */
  public static UnixSeqPacket connect(String path, int maxMessageBytes, int timeoutSeconds)
      throws IOException {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= MAX_PATH_BYTES) {
      throw new IOException(path + ": a socket's path has at most 107 bytes");
    }
    Arena arena = Arena.ofAuto();
    try {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int descriptor = (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
      check(descriptor, state, "socket");
      UnixSeqPacket socket = new UnixSeqPacket(arena, state, descriptor, maxMessageBytes);
      socket.connect(path, bytes, timeoutSeconds);
      return socket;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  private void connect(String path, byte[] bytes, int timeoutSeconds) throws Throwable {
    MemorySegment address = arena.allocate(2L + MAX_PATH_BYTES, 8);
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
    MemorySegment timeout = arena.allocate(16, 8); // struct timeval
    timeout.set(JAVA_LONG, 0, timeoutSeconds);
    try {
      int set =
          (int) SETSOCKOPT.invokeExact(state, descriptor, SOL_SOCKET, SO_RCVTIMEO, timeout, 16);
      check(set, state, "setsockopt(SO_RCVTIMEO)");
      int connected = (int) CONNECT.invokeExact(state, descriptor, address, 2 + MAX_PATH_BYTES);
      check(connected, state, path);
    } catch (IOException e) {
      int ignored = (int) CLOSE.invokeExact(state, descriptor);
      throw e;
    }
  }

  /** Sends one message. */
  public void send(String message) throws IOException {
    try (Arena local = Arena.ofConfined()) {
      byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
      MemorySegment data = local.allocateFrom(JAVA_BYTE, bytes);
      long sent =
          (long) SEND.invokeExact(state, descriptor, data, (long) bytes.length, MSG_NOSIGNAL);
      check(sent, state, "send");
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  /** Receives one message; empty when the other side has closed. */
  public String receive() throws IOException {
    try {
      long received = (long) RECV.invokeExact(state, descriptor, buffer, buffer.byteSize(), 0);
      check(received, state, "recv");
      byte[] bytes = new byte[(int) received];
      MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeSymbols.impossible(e);
    }
  }

  private static void check(long result, MemorySegment state, String what) throws IOException {
    if (result < 0) {
      int errno = (int) CAPTURED_ERRNO.get(state, 0L);
      throw new IOException(
          "%s: %s (%s)".formatted(what, Errno.name(errno), Errno.strerror(errno)));
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        int ignored = (int) CLOSE.invokeExact(state, descriptor);
      } catch (Throwable e) {
        throw NativeSymbols.impossible(e);
      }
    }
  }
}
