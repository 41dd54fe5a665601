package io.gatun.offload.plan.selftest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.offload.plan.PortCapabilities;
import io.gatun.offload.plan.SelfTestResults;
import io.gatun.offload.plan.SelfTestResults.Outcome;
import io.gatun.offload.plan.SelfTestResults.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file in which results of self-tests stay. A result is that of one device with one driver of
 * one release of DPDK: for another it says nothing.
 *
 * <pre>{"ports":[{"driver":"net_ice","device":"0000:81:00.0","dpdk":"22.11.11",
 *   "when":"2026-01-01T00:00:00Z","checks":{"vlan_insert":{"status":"PASSED","detail":""}}}]}</pre>
 */
public final class SelfTestStore {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String PORTS = "ports";
  private static final String CHECKS = "checks";
  private static final System.Logger LOG = System.getLogger(SelfTestStore.class.getName());

  private final Path file;

  public SelfTestStore(Path file) {
    this.file = file;
  }

  /**
   * {@code $XDG_STATE_HOME/gatun/self-test.json}; without that variable below {@code
   * ~/.local/state}, for root below {@code /var/lib}.
   */
  public static SelfTestStore standard() {
    return new SelfTestStore(
        directory(
                System.getenv("XDG_STATE_HOME"),
                System.getProperty("user.name"),
                System.getProperty("user.home"))
            .resolve("gatun")
            .resolve("self-test.json"));
  }

  static Path directory(@Nullable String stateHome, String user, String home) {
    if (stateHome != null && !stateHome.isEmpty()) {
      return Path.of(stateHome);
    }
    return user.equals("root") ? Path.of("/var/lib") : Path.of(home, ".local", "state");
  }

  public Path file() {
    return file;
  }

  /** The result of that device; {@link SelfTestResults#NONE} where there is none to be read. */
  public SelfTestResults load(PortCapabilities port) {
    try {
      for (JsonNode entry : read().path(PORTS)) {
        if (isOf(entry, port)) {
          return results(entry);
        }
      }
    } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} cannot be read and is left aside ({1}): repeat gatun ports --self-test",
          file,
          e.getMessage());
    }
    return SelfTestResults.NONE;
  }

  /** Replaces the result of that device; whoever reads sees the old file or the new one. */
  public void save(PortCapabilities port, SelfTestResults results) throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode ports = root.putArray(PORTS);
    for (JsonNode entry : readOrEmpty().path(PORTS)) {
      if (!isOf(entry, port)) {
        ports.add(entry);
      }
    }
    ObjectNode entry = ports.addObject();
    entry.put("driver", port.driver());
    entry.put("device", port.device());
    entry.put("dpdk", port.dpdk().toString());
    entry.put("when", String.valueOf(results.when()));
    ObjectNode checks = entry.putObject(CHECKS);
    results
        .outcomes()
        .forEach(
            (check, outcome) ->
                checks
                    .putObject(check)
                    .put("status", outcome.status().name())
                    .put("detail", outcome.detail()));
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path fresh = Files.createTempFile(directory, "self-test", ".new");
    try {
      MAPPER.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), root);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private JsonNode read() throws IOException {
    return Files.exists(file) ? MAPPER.readTree(file.toFile()) : MAPPER.createObjectNode();
  }

  /** A file that is no JSON any more is written anew. */
  private JsonNode readOrEmpty() {
    try {
      return read();
    } catch (IOException e) {
      return MAPPER.createObjectNode();
    }
  }

  private static boolean isOf(JsonNode entry, PortCapabilities port) {
    return entry.path("driver").asText().equals(port.driver())
        && entry.path("device").asText().equals(port.device())
        && entry.path("dpdk").asText().equals(port.dpdk().toString());
  }

  private static SelfTestResults results(JsonNode entry) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> check : entry.path(CHECKS).properties()) {
      outcomes.put(
          check.getKey(),
          new Outcome(
              Status.valueOf(check.getValue().path("status").asText()),
              check.getValue().path("detail").asText()));
    }
    return new SelfTestResults(Instant.parse(entry.path("when").asText()), outcomes);
  }
}
