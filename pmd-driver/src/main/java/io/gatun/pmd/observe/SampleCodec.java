package io.gatun.pmd.observe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples as telemetry carries them, and back: a map by number, since DPDK's library knows no lists
 * of maps.
 */
final class SampleCodec {
  private static final String ANY_CPU = "any";

  private SampleCodec() {}

  static Map<String, Object> ports(Sample sample) {
    Map<String, Object> rows = new LinkedHashMap<>();
    for (PortSample port : sample.ports()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("port", port.port());
      row.put("name", port.name());
      row.put("driver", port.driver());
      row.put("link", port.up() ? "up" : "down");
      row.put("rx_packets", port.rxPackets());
      row.put("tx_packets", port.txPackets());
      row.put("rx_bytes", port.rxBytes());
      row.put("tx_bytes", port.txBytes());
      row.put("rx_missed", port.rxMissed());
      row.put("tx_dropped", port.txDropped());
      rows.put(String.valueOf(port.port()), row);
    }
    return rows;
  }

  static Map<String, Object> lcores(Sample sample) {
    Map<String, Object> rows = new LinkedHashMap<>();
    for (LcoreSample lcore : sample.lcores()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("lcore", lcore.lcore());
      row.put("cpu", lcore.cpu() < 0 ? ANY_CPU : String.valueOf(lcore.cpu()));
      row.put("packets", lcore.packets());
      row.put("busy_ns", lcore.busyNanos());
      row.put("idle_ns", lcore.idleNanos());
      row.put("allocated_bytes", Math.max(lcore.allocatedBytes(), 0));
      rows.put(String.valueOf(lcore.lcore()), row);
    }
    return rows;
  }

  /** Reads what {@link #ports} and {@link #lcores} wrote. */
  static Sample decode(long nanos, JsonNode ports, JsonNode lcores) {
    List<PortSample> portSamples = new ArrayList<>();
    for (JsonNode row : ports) {
      portSamples.add(
          new PortSample(
              row.path("port").asInt(),
              row.path("name").asText(),
              row.path("driver").asText(),
              row.path("link").asText().equals("up"),
              row.path("rx_packets").asLong(),
              row.path("tx_packets").asLong(),
              row.path("rx_bytes").asLong(),
              row.path("tx_bytes").asLong(),
              row.path("rx_missed").asLong(),
              row.path("tx_dropped").asLong()));
    }
    List<LcoreSample> lcoreSamples = new ArrayList<>();
    for (JsonNode row : lcores) {
      String cpu = row.path("cpu").asText();
      lcoreSamples.add(
          new LcoreSample(
              row.path("lcore").asInt(),
              cpu.equals(ANY_CPU) ? -1 : Integer.parseInt(cpu),
              row.path("packets").asLong(),
              row.path("busy_ns").asLong(),
              row.path("idle_ns").asLong(),
              row.path("allocated_bytes").asLong()));
    }
    return new Sample(nanos, portSamples, lcoreSamples);
  }
}
