package io.gatun.pmd.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.bindings.UnixSeqPacket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A client of DPDK's telemetry socket, version 2: one message out, one JSON document back. One
 * thread.
 */
public final class TelemetryClient implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 5;
  private static final int GREETING_BYTES = 16 << 10;

  private final ObjectMapper json = new ObjectMapper();
  private final UnixSeqPacket socket;
  private final JsonNode greeting;

  private TelemetryClient(UnixSeqPacket socket, JsonNode greeting) {
    this.socket = socket;
    this.greeting = greeting;
  }

  /** Where EAL puts the socket of a process, as {@code dpdk-telemetry.py} looks for it. */
  public static Path socketOf(String filePrefix) {
    String runtime = System.getenv().getOrDefault("RUNTIME_DIRECTORY", "/var/run/dpdk");
    return Path.of(runtime, filePrefix, "dpdk_telemetry.v2");
  }

  /**
   * Connects and reads the greeting.
   *
   * @throws IOException when nobody listens; the message says what to look for
   */
  public static TelemetryClient connect(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException(
          path + " does not exist: is Gatun running, and with this --file-prefix?");
    }
    // The greeting tells how long answers may be, so it is read before that is known.
    int longest;
    try (UnixSeqPacket probe =
        UnixSeqPacket.connect(path.toString(), GREETING_BYTES, TIMEOUT_SECONDS)) {
      longest =
          new ObjectMapper().readTree(probe.receive()).path("max_output_len").asInt(GREETING_BYTES);
    }
    UnixSeqPacket socket = UnixSeqPacket.connect(path.toString(), longest, TIMEOUT_SECONDS);
    return new TelemetryClient(socket, new ObjectMapper().readTree(socket.receive()));
  }

  /** Process id of the other side. */
  public long pid() {
    return greeting.path("pid").asLong();
  }

  /**
   * Asks and waits for the answer.
   *
   * @param command with its parameters behind a comma, such as {@code /ethdev/stats,0}
   * @return the value of the answer; null in JSON when the command is unknown or failed
   */
  public JsonNode ask(String command) throws IOException {
    socket.send(command);
    String answer = socket.receive();
    if (answer.isEmpty()) {
      throw new IOException("the process at the other end of the telemetry socket has ended");
    }
    String name = command.split(",", 2)[0];
    return json.readTree(answer).path(name);
  }

  /** Reads all counters of a running Gatun. */
  public Sample sample() throws IOException {
    JsonNode ports = ask("/gatun/ports");
    JsonNode lcores = ask("/gatun/lcores");
    if (!ports.isObject()) {
      throw new IOException("process " + pid() + " does not know /gatun/ports: it is no Gatun");
    }
    return SampleCodec.decode(System.nanoTime(), ports, lcores);
  }

  @Override
  public void close() {
    socket.close();
  }
}
