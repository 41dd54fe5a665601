/**
 * {@code gatun ports --self-test}: whether NICs do what they claim, found out by sending frames
 * between two cabled ports.
 *
 * <p>The frames and what must arrive are made here byte by byte, sharing nothing with the passes
 * that they are a check on.
 */
@NullMarked
package io.gatun.offload.plan.selftest;

import org.jspecify.annotations.NullMarked;
