package io.gatun.pmd.forward;

import io.gatun.pmd.Lcore;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.session.PortSession;
import java.util.ArrayList;
import java.util.List;

/**
 * Who sends what to whom on which lcore; decided once, before anything is set up.
 *
 * @param ways one for each port and queue, dealt to the lcores in turn
 */
record ForwardPlan(List<Way> ways) {
  /**
   * One queue's way.
   *
   * @param from port that receives
   * @param to port that transmits
   * @param queue number of the queue at both ends
   * @param lcore worker that runs it
   */
  record Way(int from, int to, int queue, Lcore lcore) {}

  ForwardPlan {
    ways = List.copyOf(ways);
  }

  /**
   * @param ports in the order of {@code --ports}
   * @param workers all worker lcores; as many as there are ways are used
   */
  static ForwardPlan of(ForwardOptions options, List<Integer> ports, List<Lcore> workers) {
    PortSession.requireSome(ports, workers);
    int queues = options.mode.receives() ? options.rxQueues : txQueues(options);
    if (options.mode.receives() && options.mode.transmits() && txQueues(options) < queues) {
      throw new UsageException(
          "--txq: %d is less than --rxq %d: each way needs a transmit queue of its own"
              .formatted(txQueues(options), queues));
    }
    List<Way> ways = new ArrayList<>();
    for (int queue = 0; queue < queues; queue++) {
      for (int i = 0; i < ports.size(); i++) {
        Lcore lcore = workers.get(ways.size() % workers.size());
        ways.add(new Way(ports.get(i), peer(options.topology, ports, i), queue, lcore));
      }
    }
    return new ForwardPlan(ways);
  }

  /** Transmit queues of each port: {@code --txq}, or as many as receive queues. */
  static int txQueues(ForwardOptions options) {
    return options.txQueues == 0 ? Math.max(1, options.rxQueues) : options.txQueues;
  }

  private static int peer(ForwardOptions.Topology topology, List<Integer> ports, int index) {
    return switch (topology) {
      case LOOP -> ports.get(index);
      case CHAINED -> ports.get((index + 1) % ports.size());
      case PAIRED -> ports.get((index ^ 1) < ports.size() ? index ^ 1 : index);
    };
  }

  /** The lcores that have something to do, each once. */
  List<Lcore> lcores() {
    return ways.stream().map(Way::lcore).distinct().toList();
  }
}
