package io.gatun.pmd.forward;

import io.gatun.pmd.StageSpec;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.session.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Options of {@code gatun forward} beside those of {@link SessionOptions}: testpmd's names where it
 * has one. A picocli mixin; fields are public because picocli fills them.
 */
public final class ForwardOptions {
  /** Who sends what a port received, as testpmd's {@code --port-topology}. */
  public enum Topology {
    /** Ports 0 and 1, 2 and 3, ...; a last one alone with itself. */
    PAIRED,
    /** Each to the next, the last to the first. */
    CHAINED,
    /** Each to itself. */
    LOOP
  }

  @Option(
      names = "--mode",
      defaultValue = "io",
      description = "io, mac, macswap, rxonly, txonly or flowgen (default: ${DEFAULT-VALUE})")
  public ForwardMode mode = ForwardMode.IO;

  @Option(
      names = "--ports",
      converter = PortList.class,
      description = "Ports, as in 0-1 or 0,2 (default: all)")
  public @Nullable List<Integer> ports;

  @Option(
      names = "--port-topology",
      defaultValue = "paired",
      description = "paired, chained or loop (default: ${DEFAULT-VALUE})")
  public Topology topology = Topology.PAIRED;

  @Option(
      names = "--rxq",
      defaultValue = "1",
      description = "Receive queues of a port (default: ${DEFAULT-VALUE})")
  public int rxQueues = 1;

  @Option(
      names = "--txq",
      description = "Transmit queues of a port, at least as many as --rxq (default: --rxq)")
  public int txQueues;

  @Option(
      names = "--packets",
      description =
          "End after this many packets: exactly for txonly and flowgen, at least for the others")
  public long packets;

  @Option(names = "--mtu", description = "MTU of the ports in bytes (default: their own)")
  public int mtu;

  @Option(
      names = "--txpkts",
      defaultValue = "64",
      description =
          "Bytes of a packet that txonly and flowgen make, with CRC (default:"
              + " ${DEFAULT-VALUE})")
  public int packetSize = 64;

  @Option(
      names = "--flows",
      defaultValue = "1024",
      description = "Flows that flowgen makes, 1 to 65536 (default: ${DEFAULT-VALUE})")
  public int flows = 1024;

  @Option(
      names = "--tx-first",
      description =
          "Put a burst of made packets on every way first, as rings and looped ports need")
  public boolean txFirst;

  @Option(
      names = "--stage",
      paramLabel = "NAME[:KEY=VALUE,...]",
      description =
          "A stage between receive and transmit in modes io, mac and macswap, before the mode's own;"
              + " repeatable, in order. An unknown name lists those that there are")
  public List<String> stages = new ArrayList<>();

  /** The defaults. */
  public ForwardOptions() {}

  /**
   * Checks what parsing cannot.
   *
   * @throws UsageException naming the option, its value and the range
   */
  public void check() {
    SessionOptions.range("--rxq", rxQueues, 1, 1024);
    SessionOptions.range("--txq", ForwardPlan.txQueues(this), 1, 1024);
    SessionOptions.range("--flows", flows, 1, PacketTemplate.MAX_FLOWS);
    SessionOptions.range("--txpkts", packetSize, PacketTemplate.MIN_LENGTH + 4, 2048);
    SessionOptions.range("--mtu", mtu, mtu == 0 ? 0 : 68, 65535 - 256);
    if (packets < 0) {
      throw new UsageException("--packets %d: it may not be negative".formatted(packets));
    }
    if (!stageSpecs().isEmpty() && !mode.passesPackets()) {
      throw new UsageException(
          "--stage: mode %s passes nothing on: use io, mac or macswap"
              .formatted(mode.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** The stages of {@code --stage} in their order. */
  List<StageSpec> stageSpecs() {
    return stages.stream().map(StageSpec::parse).toList();
  }

  /** Reads {@code 0-1,3}. */
  static final class PortList implements ITypeConverter<List<Integer>> {
    @Override
    public List<Integer> convert(String text) {
      try {
        List<Integer> ports = new ArrayList<>();
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
