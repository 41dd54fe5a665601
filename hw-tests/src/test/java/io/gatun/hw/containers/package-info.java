/**
 * Gatun in containers, each with a DPDK release of its own: one and the same jar must work on all
 * of them, and Gatuns on different releases must understand each other.
 *
 * <p>The images are made by {@code scripts/images}; {@code scripts/test} starts the engine.
 */
@NullMarked
package io.gatun.hw.containers;

import org.jspecify.annotations.NullMarked;
