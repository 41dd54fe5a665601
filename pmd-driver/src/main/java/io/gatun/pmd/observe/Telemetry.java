package io.gatun.pmd.observe;

import io.gatun.bindings.RteTelemetry;
import io.gatun.bindings.Upcalls;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Commands of Gatun on DPDK's own telemetry socket (v2), beside DPDK's: {@code dpdk-telemetry.py}
 * lists them, {@code gatun top} reads them.
 *
 * <p>Handlers run on a thread of the telemetry library and read published counters only. DPDK has
 * no way to take a command back, so {@link #close} makes them answer nothing.
 */
public final class Telemetry implements AutoCloseable {
  // RTE_TEL_MAX_STRING_LEN, its NUL included (rte_telemetry.h)
  private static final int MAX_STRING = 127;

  private boolean open = true;

  private Telemetry() {}

  /** Answers a command. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Makes the answer.
     *
     * @param parameters what followed the command's comma; empty for none
     * @return at most 256 entries by name (letters, digits, {@code _} and {@code /}: 22.11 refuses
     *     others); values are strings, numbers of 0 and more, maps of the same kind, lists of
     *     strings
     */
    Map<String, ?> answer(String parameters);
  }

  /** Registers the commands that every run has. */
  public static Telemetry publish(String command, String version, Supplier<Sample> samples) {
    Telemetry telemetry = new Telemetry();
    telemetry.register(
        "/gatun/info",
        "What runs here: command, DPDK, process id. No parameters",
        parameters ->
            Map.of("command", command, "dpdk", version, "pid", ProcessHandle.current().pid()));
    telemetry.register(
        "/gatun/ports",
        "Counters of every port since the start. No parameters",
        parameters -> SampleCodec.ports(samples.get()));
    telemetry.register(
        "/gatun/lcores",
        "Counters of every worker lcore since the start. No parameters",
        parameters -> SampleCodec.lcores(samples.get()));
    return telemetry;
  }

  /**
   * Adds a command.
   *
   * @param command such as {@code /gatun/ports}
   * @param help one line
   */
  public void register(String command, String help, Handler handler) {
    int result =
        RteTelemetry.rte_telemetry_register_cmd(
            command,
            Upcalls.telemetry(
                (name, parameters, data) -> answer(handler, parameters, data), Arena.global()),
            help);
    if (result < 0) {
      throw new IllegalStateException(
          "rte_telemetry_register_cmd(%s): %d".formatted(command, result));
    }
  }

  // Excludes close(): what a handler reads stays until it has answered.
  private synchronized int answer(Handler handler, String parameters, long data) {
    if (!open) {
      return -1;
    }
    RteTelemetry.rte_tel_data_start_dict(data);
    fill(data, handler.answer(parameters));
    return 0;
  }

  private static void fill(long data, Map<?, ?> values) {
    values.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          switch (value) {
            case Number number ->
                check(
                    name, RteTelemetry.rte_tel_data_add_dict_uint(data, name, number.longValue()));
            case Map<?, ?> map -> {
              long container = RteTelemetry.rte_tel_data_alloc();
              RteTelemetry.rte_tel_data_start_dict(container);
              fill(container, map);
              add(data, name, container);
            }
            case List<?> list -> {
              long container = RteTelemetry.rte_tel_data_alloc();
              RteTelemetry.rte_tel_data_start_array_string(container);
              for (Object text : list) {
                check(
                    name,
                    RteTelemetry.rte_tel_data_add_array_string(
                        container, cut(String.valueOf(text))));
              }
              add(data, name, container);
            }
            default ->
                check(
                    name,
                    RteTelemetry.rte_tel_data_add_dict_string(
                        data, name, cut(String.valueOf(value))));
          }
        });
  }

  /** The library frees a container that it has taken, and only that. */
  private static void add(long data, String name, long container) {
    int result = RteTelemetry.rte_tel_data_add_dict_container(data, name, container);
    if (result < 0) {
      RteTelemetry.rte_tel_data_free(container);
    }
    check(name, result);
  }

  private static void check(String name, int result) {
    if (result < 0) {
      throw new IllegalStateException(
          "telemetry refuses the value \"%s\": %d".formatted(name, result));
    }
  }

  private static String cut(String text) {
    return text.length() <= MAX_STRING ? text : text.substring(0, MAX_STRING);
  }

  /** Makes every command answer nothing from now on: what they read is going away. */
  @Override
  public synchronized void close() {
    open = false;
  }
}
