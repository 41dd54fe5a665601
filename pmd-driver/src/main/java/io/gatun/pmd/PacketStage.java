package io.gatun.pmd;

/**
 * A step of the poll loop between receive and transmit: a header rewrite, an encapsulation, a
 * mirror, a filter.
 *
 * <p>The control thread makes a stage and calls {@link #start} and {@link #close}; {@link #process}
 * belongs to the one lcore that runs the loop. A stage that is to run on several lcores is made
 * once for each.
 */
public interface PacketStage extends AutoCloseable {
  /** What tables, metrics and errors call it. */
  String name();

  /** Prepares for the lcore that will run it, before the loop starts. Control thread. */
  default void start(Lcore lcore) {}

  /**
   * Works on the packets of {@code burst} in place. A packet that the stage keeps, frees or sends
   * itself is taken out of the burst and the gap closed; the order of the rest is kept. Called on
   * every turn of the loop, also with an empty burst, so that a stage can drive timers and
   * completions.
   *
   * @return how much was done beside the burst's own packets; 0 lets the loop idle
   */
  int process(Burst burst);

  /** Gives back what the stage holds. The loop has ended. Control thread. */
  @Override
  default void close() {}
}
