package io.gatun.pmd.forward;

import io.gatun.pmd.Burst;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of {@code gatun forward}: testpmd's names where it has one. */
final class ForwardOptions {
  /** Who sends what a port received, as testpmd's {@code --port-topology}. */
  enum Topology {
    /** Ports 0 and 1, 2 and 3, ...; a last one alone with itself. */
    PAIRED,
    /** Each to the next, the last to the first. */
    CHAINED,
    /** Each to itself. */
    LOOP
  }

  /** What an lcore does when nothing arrives. */
  enum Idle {
    BUSY,
    BACKOFF,
    PAUSE,
    MONITOR
  }

  @Option(
      names = "--mode",
      defaultValue = "io",
      description = "io, mac, macswap, rxonly, txonly or flowgen (default: ${DEFAULT-VALUE})")
  ForwardMode mode = ForwardMode.IO;

  @Option(
      names = "--ports",
      converter = PortList.class,
      description = "Ports, as in 0-1 or 0,2 (default: all)")
  @Nullable List<Integer> ports;

  @Option(
      names = "--port-topology",
      defaultValue = "paired",
      description = "paired, chained or loop (default: ${DEFAULT-VALUE})")
  Topology topology = Topology.PAIRED;

  @Option(
      names = "--rxq",
      defaultValue = "1",
      description = "Receive queues of a port (default: ${DEFAULT-VALUE})")
  int rxQueues = 1;

  @Option(
      names = "--txq",
      description = "Transmit queues of a port, at least as many as --rxq (default: --rxq)")
  int txQueues;

  @Option(
      names = "--rxd",
      defaultValue = "512",
      description = "Receive descriptors of a queue (default: ${DEFAULT-VALUE})")
  int rxDescriptors = 512;

  @Option(
      names = "--txd",
      defaultValue = "512",
      description = "Transmit descriptors of a queue (default: ${DEFAULT-VALUE})")
  int txDescriptors = 512;

  @Option(
      names = "--burst",
      defaultValue = "32",
      description = "Packets a burst, 1 to " + Burst.MAX_CAPACITY + " (default: ${DEFAULT-VALUE})")
  int burst = 32;

  @Option(
      names = "--seconds",
      description = "End after this time, fractions allowed (default: until a signal)")
  double seconds;

  @Option(
      names = "--packets",
      description =
          "End after this many packets: exactly for txonly and flowgen, at least for the others")
  long packets;

  @Option(
      names = "--stats-period",
      defaultValue = "1",
      description =
          "Seconds between live tables on standard error; 0 for none (default:"
              + " ${DEFAULT-VALUE})")
  double statsPeriod = 1;

  @Option(
      names = "--mbufs",
      description = "Packet buffers of a NUMA node (default: as many as queues and caches need)")
  int mbufs;

  @Option(
      names = "--mbcache",
      defaultValue = "250",
      description = "Packet buffers that an lcore may keep (default: ${DEFAULT-VALUE})")
  int mbufCache = 250;

  @Option(names = "--mtu", description = "MTU of the ports in bytes (default: their own)")
  int mtu;

  @Option(
      names = "--txpkts",
      defaultValue = "64",
      description =
          "Bytes of a packet that txonly and flowgen make, with CRC (default:"
              + " ${DEFAULT-VALUE})")
  int packetSize = 64;

  @Option(
      names = "--flows",
      defaultValue = "1024",
      description = "Flows that flowgen makes, 1 to 65536 (default: ${DEFAULT-VALUE})")
  int flows = 1024;

  @Option(
      names = "--tx-first",
      description =
          "Put a burst of made packets on every way first, as rings and looped ports need")
  boolean txFirst;

  @Option(
      names = "--idle",
      defaultValue = "busy",
      description = "busy, backoff, pause or monitor (default: ${DEFAULT-VALUE})")
  Idle idle = Idle.BUSY;

  @Option(
      names = "--no-promiscuous",
      description = "Receive only frames for the ports' own addresses")
  boolean noPromiscuous;

  @Option(
      names = "--metrics",
      paramLabel = "[HOST:]PORT",
      description = "Serve Prometheus metrics there (host: 127.0.0.1 unless given)")
  @Nullable String metrics;

  @Option(names = "--json", description = "Print the summary as one JSON object")
  boolean json;

  /** Reads {@code 0-1,3}. */
  static final class PortList implements ITypeConverter<List<Integer>> {
    @Override
    public List<Integer> convert(String text) {
      try {
        List<Integer> ports = new java.util.ArrayList<>();
        for (String part : text.split(",", -1)) {
          String[] ends = part.split("-", 2);
          int first = Integer.parseInt(ends[0].strip());
          int last = Integer.parseInt(ends[ends.length - 1].strip());
          if (last < first || last > 65535) {
            throw new NumberFormatException(part);
          }
          for (int port = first; port <= last; port++) {
            if (!ports.contains(port)) {
              ports.add(port);
            }
          }
        }
        return List.copyOf(ports);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "--ports \"" + text + "\": numbers and ranges are needed, as in 0-1 or 0,2");
      }
    }
  }
}
