package io.gatun.offload.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
  /** {@code nanoTime} may begin anywhere and overflow meanwhile. */
  @ParameterizedTest
  @ValueSource(longs = {0, -7, Long.MIN_VALUE + 1, Long.MAX_VALUE - 500_000_000, 1L << 62})
  void theRateAndTheBurstAreBounded(long start) {
    TokenBucket bucket = new TokenBucket(1000, 10);
    assertThat(taken(bucket, start, 100)).as("at once").isEqualTo(10);
    assertThat(taken(bucket, start + 999_999, 100)).as("before a token has grown").isZero();
    assertThat(taken(bucket, start + 1_000_000, 100)).isEqualTo(1);
    assertThat(taken(bucket, start + 4_500_000, 100)).isEqualTo(3);
    assertThat(taken(bucket, start + 5_000_000, 100)).as("halves add up").isEqualTo(1);
    assertThat(taken(bucket, start + 60_000_000_000L, 100)).as("no more saved").isEqualTo(10);
    int inASecond = 0;
    for (int i = 1; i <= 100_000; i++) {
      inASecond += taken(bucket, start + 60_000_000_000L + i * 10_000L, 1);
    }
    assertThat(inASecond).isEqualTo(1000);
  }

  private static int taken(TokenBucket bucket, long now, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += bucket.take(now) ? 1 : 0;
    }
    return taken;
  }
}
