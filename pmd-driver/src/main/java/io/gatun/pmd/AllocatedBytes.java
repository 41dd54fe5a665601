package io.gatun.pmd;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much heap a thread has allocated, counted by the JVM. */
final class AllocatedBytes {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  static long of(long threadId) {
    return THREADS.getThreadAllocatedBytes(threadId);
  }
}
