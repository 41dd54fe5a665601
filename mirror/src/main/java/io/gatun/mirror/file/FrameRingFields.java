package io.gatun.mirror.file;

// What the lcore writes and what the writer writes lie 128 bytes apart, and as far from whatever
// the heap puts beside the ring: two cache lines, since processors fetch them in pairs. The JVM may
// order the fields of one class as it likes, but puts those of a superclass before those of its
// subclasses; hence the chain. The names of the paddings mean nothing.

abstract class FrameRingPad0 {
  long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
}

/** Written by the lcore. */
abstract class FrameRingProducer extends FrameRingPad0 {
  /** Entries offered so far: stored with release by the lcore. */
  long producer;

  /** The consumer's position as the lcore saw it last. */
  long consumerSeen;
}

abstract class FrameRingPad1 extends FrameRingProducer {
  long p20, p21, p22, p23, p24, p25, p26, p27, p28, p29, p30, p31, p32, p33, p34, p35;
}

/** Written by the writer thread. */
abstract class FrameRingConsumer extends FrameRingPad1 {
  /** Entries that the writer is through with: stored with release by the writer. */
  long consumer;

  /** The writer's own place, ahead of {@link #consumer} within a batch. */
  long next;
}

abstract class FrameRingFields extends FrameRingConsumer {
  long p40, p41, p42, p43, p44, p45, p46, p47, p48, p49, p50, p51, p52, p53, p54, p55;
}
