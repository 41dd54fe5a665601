package io.gatun.pmd;

/**
 * A piece of work that a {@link PollLoop} turns: {@link #doWork} never blocks, so that it can be
 * tested without threads.
 */
public interface Agent extends AutoCloseable {
  /** What errors and thread dumps call it. */
  String name();

  /** Runs once on the lcore before the first {@link #doWork}. */
  default void onStart() {}

  /** One turn on the lcore's thread. Returns packets worked on; 0 lets the loop idle. */
  int doWork();

  /** Runs once on the lcore after the last {@link #doWork}: hand back what is in flight. */
  @Override
  default void close() {}
}
