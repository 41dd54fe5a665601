package io.gatun.pmd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop without EAL: on a thread of its own, with agents that only note what they are asked. */
// A loop that does not obey makes its caller spin: the test must fail, not hang.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollLoopTest {
  private static final long DEADLINE_SECONDS = 30;
  private static final Lcore LCORE = new Lcore(1, 1, 0, false);

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final List<PollLoop> running = new ArrayList<>();

  /** Does {@code work} at each turn. */
  private class Fake implements Agent {
    private final String name;
    private final IntSupplier work;
    private final AtomicLong turns = new AtomicLong();

    Fake(String name, IntSupplier work) {
      this.name = name;
      this.work = work;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void onStart() {
      events.add("start " + name);
    }

    @Override
    public int doWork() {
      if (turns.getAndIncrement() == 0) {
        events.add("work " + name);
      }
      return work.getAsInt();
    }

    @Override
    public void close() {
      events.add("close " + name);
    }
  }

  private PollLoop loop(Agent... agents) {
    return new PollLoop(LCORE, List.of(agents), IdleStrategy.busy());
  }

  private PollLoop started(Agent... agents) throws InterruptedException {
    PollLoop loop = loop(agents);
    running.add(loop);
    Thread thread = new Thread(loop::run, "lcore");
    thread.setDaemon(true);
    thread.start();
    assertThat(loop.awaitStart(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return loop;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static void awaitEnd(PollLoop loop) throws InterruptedException {
    assertThat(loop.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void stopWhatRuns() throws InterruptedException {
    for (PollLoop loop : running) {
      loop.stop();
      awaitEnd(loop);
    }
  }

  @Test
  void agentsAreStartedTurnedAndClosedInOrder() throws InterruptedException {
    Fake first = new Fake("a", () -> 0);
    Fake second = new Fake("b", () -> 1);
    PollLoop loop = started(first, second);
    await(() -> second.turns.get() > 10);

    assertThat(loop.hasEnded()).isFalse();
    loop.stop();
    awaitEnd(loop);

    assertThat(loop.hasEnded()).isTrue();
    assertThat(loop.failure()).isNull();
    assertThat(events)
        .containsExactly("start a", "start b", "work a", "work b", "close a", "close b");
    assertThat(first.turns).hasValue(second.turns.get());
    assertThat(loop.agents()).isEqualTo(List.of(first, second));
  }

  @Test
  void aLoopThatWasToldToStopBeforeItStartedTurnsNothing() throws InterruptedException {
    Fake agent = new Fake("a", () -> 0);
    PollLoop loop = loop(agent);
    loop.stop();
    loop.run();

    awaitEnd(loop);
    assertThat(events).containsExactly("start a", "close a");
  }

  @Test
  void whilePausedNoAgentIsTurned() throws InterruptedException {
    boolean[] allowed = {true};
    Object lock = new Object();
    AtomicLong trespasses = new AtomicLong();
    Fake agent =
        new Fake(
            "a",
            () -> {
              synchronized (lock) {
                if (!allowed[0]) {
                  trespasses.incrementAndGet();
                }
              }
              return 1;
            });
    PollLoop loop = started(agent);
    for (int i = 0; i < 200; i++) {
      loop.pause();
      loop.pause(); // idempotent
      synchronized (lock) {
        allowed[0] = false;
      }
      long turns = agent.turns.get();
      Thread.onSpinWait();
      assertThat(agent.turns).hasValue(turns);
      synchronized (lock) {
        allowed[0] = true;
      }
      loop.resume();
      await(() -> agent.turns.get() > turns);
    }

    assertThat(trespasses).hasValue(0);
    assertThat(loop.failure()).isNull();
  }

  @Test
  void aPausedLoopCanBeStopped() throws InterruptedException {
    PollLoop loop = started(new Fake("a", () -> 0));
    loop.pause();
    loop.stop();

    awaitEnd(loop);
    assertThat(events).endsWith("close a");
  }

  @Test
  void pauseAndResumeReturnWhenTheLoopHasEnded() throws InterruptedException {
    PollLoop loop = started(new Fake("a", () -> 0));
    loop.stop();
    awaitEnd(loop);

    loop.pause();
    loop.resume();
    assertThat(loop.hasEnded()).isTrue();
  }

  @Test
  void anAgentThatThrowsWhilePauseWaitsDoesNotHangIt() throws InterruptedException {
    boolean[] bad = {false};
    Object lock = new Object();
    PollLoop loop =
        started(
            new Fake(
                "a",
                () -> {
                  synchronized (lock) {
                    if (bad[0]) {
                      throw new IllegalStateException("bad");
                    }
                  }
                  return 0;
                }));
    synchronized (lock) {
      bad[0] = true;
    }
    // The loop parks before it turns the agent again, or meets the failure on its way there.
    loop.pause();
    loop.resume();

    awaitEnd(loop);
    assertThat(loop.failure()).hasMessage("bad");
  }

  @Test
  void anAgentThatThrowsEndsTheLoopAndAllAreClosed() throws InterruptedException {
    RuntimeException bad = new IllegalStateException("bad packet");
    Fake thrower =
        new Fake(
            "b",
            () -> {
              throw bad;
            });
    PollLoop loop = started(new Fake("a", () -> 0), thrower, new Fake("c", () -> 0));

    awaitEnd(loop);
    assertThat(loop.failure()).isSameAs(bad);
    assertThat(events).endsWith("close a", "close b", "close c").doesNotContain("work c");
    assertThat(thrower.turns).hasValue(1);
  }

  @Test
  void anErrorEndsTheLoopAsWell() throws InterruptedException {
    Error bad = new StackOverflowError();
    PollLoop loop =
        started(
            new Fake(
                "a",
                () -> {
                  throw bad;
                }));

    awaitEnd(loop);
    assertThat(loop.failure()).isSameAs(bad);
  }

  @Test
  void anAgentThatCannotStartEndsTheLoop() throws InterruptedException {
    PollLoop loop =
        started(
            new Fake("a", () -> 0) {
              @Override
              public void onStart() {
                throw new IllegalStateException("no start");
              }
            });

    awaitEnd(loop);
    assertThat(loop.failure()).hasMessage("no start");
    assertThat(events).containsExactly("close a");
  }

  @Test
  void oneThatCannotCloseDoesNotKeepTheOthersOpen() throws InterruptedException {
    PollLoop loop = started(closing("a", new IllegalStateException("a")), new Fake("b", () -> 0));
    loop.stop();

    awaitEnd(loop);
    assertThat(loop.failure()).hasMessage("a");
    assertThat(events).endsWith("close b");
  }

  @Test
  void anErrorInCloseDoesNotHangTheLoop() throws InterruptedException {
    PollLoop loop = started(closing("a", new AssertionError("a")), new Fake("b", () -> 0));
    loop.stop();

    awaitEnd(loop);
    assertThat(loop.failure()).hasMessage("a");
    assertThat(events).endsWith("close b");
  }

  @Test
  void aFailureInCloseIsAddedToTheFirst() throws InterruptedException {
    Agent thrower =
        new Fake(
            "b",
            () -> {
              throw new IllegalStateException("b");
            });
    PollLoop loop = started(closing("a", new IllegalStateException("a")), thrower);

    awaitEnd(loop);
    assertThat(loop.failure()).hasMessage("b");
    assertThat(String.valueOf(suppressed(loop))).contains("IllegalStateException: a");
  }

  private static List<Throwable> suppressed(PollLoop loop) {
    Throwable failure = loop.failure();
    return failure == null ? List.of() : List.of(failure.getSuppressed());
  }

  private Agent closing(String name, Throwable failure) {
    return new Fake(name, () -> 0) {
      @Override
      public void close() {
        switch (failure) {
          case RuntimeException e -> throw e;
          case Error e -> throw e;
          default -> throw new AssertionError(failure);
        }
      }
    };
  }

  @Test
  void aLoopWithoutWorkIsIdle() throws InterruptedException {
    Fake agent = new Fake("a", () -> 0);
    PollLoop loop = started(agent);
    await(() -> loop.idleNanos() > 0 && agent.turns.get() > 100);

    assertThat(loop.busyNanos()).isZero();
    loop.stop();
    awaitEnd(loop);
    assertThat(loop.busyNanos()).isZero();
    assertThat(loop.idleNanos()).isPositive();
  }

  @Test
  void timeIsBookedByWork() throws InterruptedException {
    AtomicLong work = new AtomicLong(1);
    long before = System.nanoTime();
    Fake agent = new Fake("a", work::intValue);
    PollLoop loop = started(agent);

    await(() -> loop.busyNanos() > 0);
    long idleWhileBusy = loop.idleNanos();
    long busyThen = loop.busyNanos();
    await(() -> loop.busyNanos() > busyThen);
    assertThat(loop.idleNanos()).isEqualTo(idleWhileBusy);

    work.set(0);
    await(() -> loop.idleNanos() > idleWhileBusy);
    long busyWhileIdle = loop.busyNanos();
    long idleThen = loop.idleNanos();
    await(() -> loop.idleNanos() > idleThen);
    assertThat(loop.busyNanos()).isEqualTo(busyWhileIdle);

    loop.stop();
    awaitEnd(loop);
    long wall = System.nanoTime() - before;
    assertThat(loop.busyNanos() + loop.idleNanos()).isPositive().isLessThanOrEqualTo(wall);
  }

  @Test
  void theIdleStrategyHearsHowLongNothingHasCome() throws InterruptedException {
    List<Integer> heard = new CopyOnWriteArrayList<>();
    int[] turn = {0};
    // Work at the fourth turn only.
    Fake agent = new Fake("a", () -> ++turn[0] == 4 ? 1 : 0);
    IdleStrategy strategy =
        empty -> {
          if (heard.size() < 6) {
            heard.add(empty);
          }
        };
    PollLoop loop = new PollLoop(LCORE, List.of(agent), strategy);
    running.add(loop);
    new Thread(loop::run, "lcore").start();
    await(() -> heard.size() == 6);

    assertThat(heard).containsExactly(1, 2, 3, 1, 2, 3);
  }

  @Test
  void allocationIsKnownWhileTheLoopRuns() throws InterruptedException {
    PollLoop loop = loop(new Fake("a", () -> 0));
    assertThat(loop.allocatedBytes()).isEqualTo(-1);

    PollLoop started = started(new Fake("b", () -> 0));
    assertThat(started.allocatedBytes()).isNotNegative();
    started.stop();
    awaitEnd(started);
    assertThat(started.allocatedBytes()).isEqualTo(-1);
  }

  @Test
  void retiredAgentsAreClosedOnTheLcoreAndTheOthersGoOn() throws InterruptedException {
    List<Thread> closers = new CopyOnWriteArrayList<>();
    Fake leaving =
        new Fake("a", () -> 0) {
          @Override
          public void close() {
            closers.add(Thread.currentThread());
            super.close();
          }
        };
    Fake staying = new Fake("b", () -> 0);
    PollLoop loop = started(leaving, staying);
    await(() -> staying.turns.get() > 10);

    loop.retire(List.of(leaving));

    assertThat(closers).hasSize(1).doesNotContain(Thread.currentThread());
    assertThat(loop.agents()).isEqualTo(List.of(staying));
    long last = leaving.turns.get();
    long then = staying.turns.get();
    await(() -> staying.turns.get() > then + 10);
    assertThat(leaving.turns).hasValue(last);
    loop.retire(List.of(leaving, staying)); // of whom one has gone already
    assertThat(loop.agents()).isEmpty();
    assertThat(loop.hasEnded()).isFalse();
    loop.stop();
    awaitEnd(loop);
    // Each once, though the loop ends with them.
    assertThat(events.subList(4, 6)).containsExactly("close a", "close b");
    assertThat(events).hasSize(6);
    loop.retire(List.of(staying)); // nobody is there any more: it returns
  }

  @Test
  void aRetiredAgentThatCannotBeClosedEndsTheLoop() throws InterruptedException {
    Fake leaving =
        new Fake("a", () -> 0) {
          @Override
          public void close() {
            throw new IllegalStateException("no end");
          }
        };
    Fake staying = new Fake("b", () -> 0);
    PollLoop loop = started(leaving, staying);

    loop.retire(List.of(leaving));

    awaitEnd(loop);
    assertThat(loop.failure()).hasMessage("no end");
    assertThat(events).contains("close b");
  }
}
