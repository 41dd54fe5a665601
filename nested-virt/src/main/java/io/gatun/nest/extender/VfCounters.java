package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatun.nest.extender.Functions.Counters;
import io.gatun.nest.extender.Functions.FunctionException;
import io.gatun.nest.link.CommandRunner;
import java.io.IOException;
import java.util.List;

/** What {@code ip -s link} says of a virtual function (iproute2's print_vf_stats64). */
final class VfCounters {
  private static final ObjectMapper JSON = new ObjectMapper();

  private VfCounters() {}

  /**
   * Asks.
   *
   * @param physical name of the physical function's interface
   * @throws FunctionException when they are not known: the kernel shows zeros for a driver that
   *     does not count
   */
  static Counters read(CommandRunner runner, String physical, int index) throws FunctionException {
    try {
      CommandRunner.Result result =
          runner.run(List.of("ip", "-j", "-s", "link", "show", "dev", physical));
      if (result.exitCode() != 0) {
        throw new FunctionException(
            "%s: ip -s link: %s".formatted(physical, result.errors().strip()));
      }
      for (JsonNode function : JSON.readTree(result.output()).path(0).path("vfinfo_list")) {
        if (function.path("vf").asInt(-1) == index && function.has("stats")) {
          return known(physical, index, function.path("stats"));
        }
      }
    } catch (IOException e) {
      throw new FunctionException("%s: ip -s link: %s".formatted(physical, e.getMessage()));
    }
    throw new FunctionException(
        "%s: ip -s link shows no counters of virtual function %d".formatted(physical, index));
  }

  private static Counters known(String physical, int index, JsonNode stats)
      throws FunctionException {
    Counters counters =
        new Counters(
            stats.path("rx").path("packets").asLong(),
            stats.path("rx").path("bytes").asLong(),
            stats.path("tx").path("packets").asLong(),
            stats.path("tx").path("bytes").asLong());
    if (counters.equals(new Counters(0, 0, 0, 0))) {
      throw new FunctionException(
          ("%s: virtual function %d carried nothing yet, or the driver does not count:"
                  + " the kernel shows zeros in both cases")
              .formatted(physical, index));
    }
    return counters;
  }
}
