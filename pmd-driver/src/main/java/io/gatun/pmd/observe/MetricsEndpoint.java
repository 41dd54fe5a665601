package io.gatun.pmd.observe;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * A Prometheus endpoint over HTTP. Counters are read when somebody asks; on loopback unless another
 * address is named.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private final HTTPServer server;

  private MetricsEndpoint(HTTPServer server) {
    this.server = server;
  }

  /**
   * Starts to serve.
   *
   * @param address {@code PORT} or {@code HOST:PORT}; port 0 takes a free one
   * @throws IllegalArgumentException when the address is none
   * @throws IOException when it cannot be bound
   */
  public static MetricsEndpoint serve(String address, Supplier<Sample> samples) throws IOException {
    int colon = address.lastIndexOf(':');
    InetAddress host =
        colon < 0
            ? InetAddress.getLoopbackAddress()
            : InetAddress.getByName(address.substring(0, colon));
    PrometheusRegistry registry = new PrometheusRegistry();
    register(registry, samples);
    try {
      return new MetricsEndpoint(
          HTTPServer.builder()
              .inetAddress(host)
              .port(port(address, colon))
              .registry(registry)
              .buildAndStart());
    } catch (IOException e) {
      throw new IOException(
          "--metrics %s: %s: choose another port".formatted(address, e.getMessage()), e);
    }
  }

  private static int port(String address, int colon) {
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // told below, with the range
    }
    throw new IllegalArgumentException(
        "--metrics \"%s\": PORT or HOST:PORT is needed, PORT in [0, 65535]".formatted(address));
  }

  /** The TCP port that it listens on. */
  public int port() {
    return server.getPort();
  }

  private static void register(PrometheusRegistry registry, Supplier<Sample> samples) {
    port(registry, samples, "rx_packets", "Packets received", PortSample::rxPackets);
    port(registry, samples, "tx_packets", "Packets sent", PortSample::txPackets);
    port(registry, samples, "rx_bytes", "Bytes received", PortSample::rxBytes);
    port(registry, samples, "tx_bytes", "Bytes sent", PortSample::txBytes);
    port(registry, samples, "rx_missed", "Packets lost before receive", PortSample::rxMissed);
    port(
        registry,
        samples,
        "tx_dropped",
        "Packets freed because the transmit ring was full",
        PortSample::txDropped);
    lcore(registry, samples, "packets", "Packets worked on", LcoreSample::packets);
    lcore(registry, samples, "busy_seconds", "Time with work", l -> l.busyNanos() / 1e9);
    lcore(registry, samples, "idle_seconds", "Time without work", l -> l.idleNanos() / 1e9);
    GaugeWithCallback.builder()
        .name("gatun_port_link_up")
        .help("1 while the link is up")
        .labelNames("port", "name")
        .callback(
            out -> {
              for (PortSample port : samples.get().ports()) {
                out.call(port.up() ? 1 : 0, labels(port));
              }
            })
        .register(registry);
  }

  private static void port(
      PrometheusRegistry registry,
      Supplier<Sample> samples,
      String name,
      String help,
      ToDoubleFunction<PortSample> value) {
    counter(
        registry,
        "gatun_port_" + name,
        help,
        new String[] {"port", "name"},
        () -> samples.get().ports(),
        MetricsEndpoint::labels,
        value);
  }

  private static void lcore(
      PrometheusRegistry registry,
      Supplier<Sample> samples,
      String name,
      String help,
      ToDoubleFunction<LcoreSample> value) {
    counter(
        registry,
        "gatun_lcore_" + name,
        help,
        new String[] {"lcore"},
        () -> samples.get().lcores(),
        lcore -> new String[] {String.valueOf(lcore.lcore())},
        value);
  }

  private static <T> void counter(
      PrometheusRegistry registry,
      String name,
      String help,
      String[] labelNames,
      Supplier<Iterable<T>> rows,
      Function<T, String[]> labels,
      ToDoubleFunction<T> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labelNames)
        .callback(
            out -> {
              for (T row : rows.get()) {
                out.call(value.applyAsDouble(row), labels.apply(row));
              }
            })
        .register(registry);
  }

  private static String[] labels(PortSample port) {
    return new String[] {String.valueOf(port.port()), port.name()};
  }

  @Override
  public void close() {
    server.close();
  }
}
