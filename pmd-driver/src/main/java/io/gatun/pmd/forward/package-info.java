/**
 * {@code gatun forward}: testpmd's forwarding modes on Gatun's poll loop.
 *
 * <p>{@link io.gatun.pmd.forward.ForwardPlan} decides who talks to whom on which lcore; a {@link
 * io.gatun.pmd.forward.ForwardStream} is one queue's way through; modes differ only in the stage in
 * between.
 */
@NullMarked
package io.gatun.pmd.forward;

import org.jspecify.annotations.NullMarked;
