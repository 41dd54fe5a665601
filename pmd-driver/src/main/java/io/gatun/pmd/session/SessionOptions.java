package io.gatun.pmd.session;

import io.gatun.pmd.Burst;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.cli.UsageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Options of every command that moves packets: testpmd's names where it has one. A picocli mixin;
 * fields are public because picocli and {@code gatun run}'s file fill them.
 */
public final class SessionOptions {
  /** Most descriptors of a queue that DPDK can be asked for. */
  public static final int MAX_DESCRIPTORS = 65535;

  /** Most buffers of a pool. */
  public static final int MAX_MBUFS = 1 << 26;

  /** What an lcore does when nothing arrives. */
  public enum Idle {
    BUSY,
    BACKOFF,
    PAUSE,
    MONITOR
  }

  @Option(
      names = "--rxd",
      defaultValue = "512",
      description = "Receive descriptors of a queue (default: ${DEFAULT-VALUE})")
  public int rxDescriptors = 512;

  @Option(
      names = "--txd",
      defaultValue = "512",
      description = "Transmit descriptors of a queue (default: ${DEFAULT-VALUE})")
  public int txDescriptors = 512;

  @Option(
      names = "--burst",
      defaultValue = "32",
      description = "Packets a burst, 1 to " + Burst.MAX_CAPACITY + " (default: ${DEFAULT-VALUE})")
  public int burst = 32;

  @Option(
      names = "--seconds",
      description = "End after this time, fractions allowed (default: until a signal)")
  public double seconds;

  @Option(
      names = "--until-idle",
      paramLabel = "DURATION",
      converter = IdleDuration.class,
      description = "End when no packet has come for this long: 500ms, 1s, 2m (default: never)")
  public Duration untilIdle = Duration.ZERO;

  @Option(
      names = "--stats-period",
      defaultValue = "1",
      description =
          "Seconds between live tables on standard error; 0 for none (default:"
              + " ${DEFAULT-VALUE})")
  public double statsPeriod = 1;

  @Option(
      names = "--mbufs",
      description = "Packet buffers of a NUMA node (default: as many as queues and caches need)")
  public int mbufs;

  @Option(
      names = "--mbcache",
      defaultValue = "250",
      description = "Packet buffers that an lcore may keep (default: ${DEFAULT-VALUE})")
  public int mbufCache = 250;

  @Option(
      names = "--idle",
      defaultValue = "busy",
      description = "busy, backoff, pause or monitor (default: ${DEFAULT-VALUE})")
  public Idle idle = Idle.BUSY;

  @Option(
      names = "--no-promiscuous",
      description = "Receive only frames for the ports' own addresses")
  public boolean noPromiscuous;

  @Option(
      names = "--port-mac",
      paramLabel = "PORT=MAC",
      description =
          "Another address for a port while the command runs; repeatable. A virtual function's must"
              + " be allowed by its physical function")
  public List<String> portMacs = new ArrayList<>();

  @Option(
      names = "--metrics",
      paramLabel = "[HOST:]PORT",
      description = "Serve Prometheus metrics there (host: 127.0.0.1 unless given)")
  public @Nullable String metrics;

  @Option(names = "--json", description = "Print the summary as one JSON object")
  public boolean json;

  /** The defaults. */
  public SessionOptions() {}

  /**
   * Checks what parsing cannot.
   *
   * @throws UsageException naming the option, its value and the range
   */
  public void check() {
    range("--burst", burst, 1, Burst.MAX_CAPACITY);
    range("--rxd", rxDescriptors, 1, MAX_DESCRIPTORS);
    range("--txd", txDescriptors, 1, MAX_DESCRIPTORS);
    range("--mbufs", mbufs, 0, MAX_MBUFS);
    macs();
    if (!(seconds >= 0) || !(statsPeriod >= 0)) {
      throw new UsageException(
          "--seconds %s, --stats-period %s: none may be negative".formatted(seconds, statsPeriod));
    }
  }

  /**
   * Checks the number of an option.
   *
   * @throws UsageException naming the option, its value and the range
   */
  public static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new UsageException("%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
  }

  /**
   * The addresses of {@code --port-mac}, by port.
   *
   * @throws UsageException when one is not {@code PORT=MAC}
   */
  public Map<Integer, MacAddress> macs() {
    Map<Integer, MacAddress> macs = new LinkedHashMap<>();
    for (String text : portMacs) {
      String[] parts = text.split("=", 2);
      try {
        if (parts.length != 2
            || macs.put(Integer.parseInt(parts[0]), MacAddress.parse(parts[1])) != null) {
          throw new UsageException(
              "--port-mac \"%s\": PORT=MAC is needed, each port once, as in 0=02:00:00:00:00:01"
                  .formatted(text));
        }
      } catch (NumberFormatException e) {
        throw new UsageException(
            "--port-mac \"%s\": the port's number is needed before the =".formatted(text));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--port-mac: " + e.getMessage());
      }
    }
    return macs;
  }

  /** One queue pair with these descriptors: what a command adds its own wishes to. */
  public PortConfig portConfig() {
    return PortConfig.DEFAULT
        .withDescriptors(rxDescriptors, txDescriptors)
        .withPromiscuous(!noPromiscuous);
  }

  /** Reads {@code --until-idle}. */
  static final class IdleDuration implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
