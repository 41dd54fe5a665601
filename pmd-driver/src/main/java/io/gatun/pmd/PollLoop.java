package io.gatun.pmd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one worker lcore: it turns its {@link Agent}s in order until it is told to stop.
 *
 * <p>Control thread: {@link Eal#launch}, {@link #pause}, {@link #resume}, {@link #stop}, {@link
 * #await} and the readings. The loop itself runs on the EAL lcore's own thread. An agent that
 * throws ends this loop; {@link #failure} says why.
 */
public final class PollLoop {
  private static final int TURNS_AT_ONCE = 64;
  private static final int RUN = 0;
  private static final int PAUSE = 1;
  private static final int STOP = 2;
  private static final int RETIRE = 3;

  private static final VarHandle ORDER;
  private static final VarHandle TURNS;
  private static final VarHandle BUSY_NANOS;
  private static final VarHandle IDLE_NANOS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ORDER = lookup.findVarHandle(PollLoop.class, "order", int.class);
      TURNS = lookup.findVarHandle(PollLoop.class, "turns", long.class);
      BUSY_NANOS = lookup.findVarHandle(PollLoop.class, "busyNanos", long.class);
      IDLE_NANOS = lookup.findVarHandle(PollLoop.class, "idleNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Lcore lcore;
  private volatile List<? extends Agent> agentList;
  private Agent[] agents;
  private List<? extends Agent> leaving = List.of(); // handed over with the order to retire them
  private final IdleStrategy idle;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private int order = RUN;
  private volatile boolean parked;
  private long turns;
  private int emptyTurns;
  private long busyNanos;
  private long idleNanos;
  // Time since the last change between busy and idle, for readers: written at that change only.
  private volatile long spellStart;
  private boolean spellBusyHere; // the loop's own copy, read every turn
  private volatile boolean spellBusy;
  private volatile long threadId;
  private volatile @Nullable Throwable failure;

  /** A loop that {@link Eal#launch} can start on {@code lcore}. */
  public PollLoop(Lcore lcore, List<? extends Agent> agents, IdleStrategy idle) {
    this.lcore = lcore;
    this.agentList = List.copyOf(agents);
    this.agents = agentList.toArray(Agent[]::new);
    this.idle = idle;
  }

  public Lcore lcore() {
    return lcore;
  }

  /** The agents in their order. */
  public List<? extends Agent> agents() {
    return agentList;
  }

  /** Body of the lcore's function. */
  void run() {
    threadId = Thread.currentThread().threadId();
    try {
      for (Agent agent : agents) {
        agent.onStart();
      }
      spellStart = System.nanoTime();
      started.countDown();
      while ((int) ORDER.getOpaque(this) != STOP) {
        turn();
        int order = (int) ORDER.getAcquire(this);
        if (order == PAUSE) {
          park();
        } else if (order == RETIRE) {
          retireLeaving();
        }
      }
    } catch (Throwable e) {
      failure = e;
    } finally {
      close(agentList);
      endSpell(System.nanoTime(), spellBusy);
      started.countDown();
      parked = true;
      ended.countDown();
    }
  }

  /** Turns the agents until somebody wants something else. */
  @DataPath
  private void turn() {
    while ((int) ORDER.getOpaque(this) == RUN) {
      turnMany();
    }
  }

  /**
   * A fixed number of turns. A method that returns is compiled as a whole, with all that its
   * profile says; a loop that never ends runs in code that was compiled while it ran, and slower.
   */
  @DataPath
  private void turnMany() {
    Agent[] all = agents;
    for (int turn = 0; turn < TURNS_AT_ONCE; turn++) {
      int work = 0;
      for (Agent agent : all) {
        work += agent.doWork();
      }
      if (work > 0) {
        emptyTurns = 0;
        if (!spellBusyHere) {
          changeSpell(true);
        }
      } else {
        if (spellBusyHere) {
          changeSpell(false);
        }
        emptyTurns = Math.max(emptyTurns + 1, 1);
        idle.idle(emptyTurns);
      }
    }
    TURNS.setOpaque(this, turns + TURNS_AT_ONCE);
  }

  /**
   * Time is read only where work starts or ends, so a loop that is always busy or always idle pays
   * nothing for its idle percentage.
   */
  @DataPath
  private void changeSpell(boolean busy) {
    endSpell(System.nanoTime(), !busy);
    spellBusyHere = busy;
    spellBusy = busy;
  }

  @DataPath
  private void endSpell(long now, boolean wasBusy) {
    long spell = now - spellStart;
    if (wasBusy) {
      BUSY_NANOS.setOpaque(this, busyNanos + spell);
    } else {
      IDLE_NANOS.setOpaque(this, idleNanos + spell);
    }
    spellStart = now;
  }

  private void park() {
    parked = true;
    while ((int) ORDER.getAcquire(this) == PAUSE) {
      Thread.onSpinWait();
    }
    parked = false;
  }

  /** On the lcore, which alone may touch what its agents hold. */
  private void retireLeaving() {
    List<Agent> staying = new ArrayList<>(agentList);
    staying.removeAll(leaving);
    close(leaving);
    agents = staying.toArray(Agent[]::new);
    agentList = List.copyOf(staying);
    ORDER.setRelease(this, failure == null ? RUN : STOP);
  }

  private void close(List<? extends Agent> ending) {
    for (Agent agent : ending) {
      try {
        agent.close();
      } catch (Throwable e) { // an Error too: whoever waits for the end must not wait for ever
        Throwable first = failure;
        if (first == null) {
          failure = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
  }

  /** Waits until the loop turns; false when the time is over. */
  public boolean awaitStart(long timeout, TimeUnit unit) throws InterruptedException {
    return started.await(timeout, unit);
  }

  /**
   * Takes the lcore off its agents, so that a port of theirs can be stopped; returns when it has
   * left them. Idempotent; a loop that has ended counts as paused.
   */
  public void pause() {
    if (ORDER.compareAndSet(this, RUN, PAUSE) || (int) ORDER.getAcquire(this) == PAUSE) {
      while (!parked && ended.getCount() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** Ends a {@link #pause}; returns when the lcore works again. */
  public void resume() {
    if (ORDER.compareAndSet(this, PAUSE, RUN)) {
      while (parked && ended.getCount() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  /**
   * Closes those of some agents that are still here, on the lcore, and goes on with the others;
   * returns when that is done or the loop has ended. The loop must not be paused.
   */
  public void retire(List<? extends Agent> ending) {
    List<Agent> here = new ArrayList<>(agentList);
    here.retainAll(ending);
    if (here.isEmpty()) {
      return;
    }
    leaving = here;
    if (ORDER.compareAndSet(this, RUN, RETIRE)) {
      while ((int) ORDER.getAcquire(this) == RETIRE && ended.getCount() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** Asks the loop to end; does not wait. Idempotent. */
  public void stop() {
    ORDER.setRelease(this, STOP);
  }

  /** Waits until the loop has ended; false when the time is over. */
  public boolean await(long timeout, TimeUnit unit) throws InterruptedException {
    return ended.await(timeout, unit);
  }

  /** What ended the loop; null while it runs and when it was told to stop. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Whether the loop runs no more. */
  public boolean hasEnded() {
    return ended.getCount() == 0;
  }

  /**
   * Turns so far, in steps of many: a loop that runs and whose number stands still is stalled in an
   * agent.
   */
  public long turns() {
    return (long) TURNS.getOpaque(this);
  }

  /** Nanoseconds in turns that found work, the current spell included. */
  public long busyNanos() {
    return (long) BUSY_NANOS.getOpaque(this) + (spellBusy ? currentSpell() : 0);
  }

  /** Nanoseconds in turns that found none, the current spell included. */
  public long idleNanos() {
    return (long) IDLE_NANOS.getOpaque(this) + (spellBusy ? 0 : currentSpell());
  }

  /** Bytes that the loop's thread has allocated in the Java heap so far; -1 before it started. */
  public long allocatedBytes() {
    return threadId == 0 || hasEnded() ? -1 : AllocatedBytes.of(threadId);
  }

  private long currentSpell() {
    return hasEnded() || spellStart == 0 ? 0 : System.nanoTime() - spellStart;
  }
}
