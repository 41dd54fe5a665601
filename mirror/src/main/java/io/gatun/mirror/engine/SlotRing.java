package io.gatun.mirror.engine;

import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;

/**
 * A queue of slots of the {@link BufferTable}, with its depth and the most there ever were. One
 * lcore; {@link #depth} and {@link #highWater} may be read by any thread.
 */
final class SlotRing {
  private final int[] slots;
  private final int mask;
  private int head;
  private int size;
  private final Counter depth = new Counter();
  private final Counter highWater = new Counter();

  /**
   * @param capacity a power of two
   */
  SlotRing(int capacity) {
    slots = new int[capacity];
    mask = capacity - 1;
  }

  @DataPath
  boolean isEmpty() {
    return size == 0;
  }

  @DataPath
  int size() {
    return size;
  }

  @DataPath
  int remaining() {
    return slots.length - size;
  }

  /** Appends a slot; the caller has asked {@link #remaining}. */
  @DataPath
  void push(int slot) {
    slots[head + size & mask] = slot;
    size++;
  }

  /** Puts a slot back that {@link #pop} has taken. */
  @DataPath
  void pushFront(int slot) {
    head = head - 1 & mask;
    slots[head] = slot;
    size++;
  }

  /** The slot that waits longest; only where there is one. */
  @DataPath
  int peek() {
    return slots[head];
  }

  /** Slot number {@code index} from the front. */
  @DataPath
  int get(int index) {
    return slots[head + index & mask];
  }

  @DataPath
  int pop() {
    int slot = slots[head];
    head = head + 1 & mask;
    size--;
    return slot;
  }

  /** Drops the slots of a tap, keeping the order of the others. */
  void removeOf(Tap tap, BufferTable table) {
    for (int rest = size; rest > 0; rest--) {
      int slot = pop();
      if (table.tap[slot] != tap) {
        push(slot);
      }
    }
  }

  /** Lets other threads see how many there are. */
  @DataPath
  void publish() {
    long seen = depth.get();
    if (seen != size) {
      depth.add(size - seen);
    }
    long most = highWater.get();
    if (size > most) {
      highWater.add(size - most);
    }
  }

  long depth() {
    return depth.get();
  }

  long highWater() {
    return highWater.get();
  }
}
