/**
 * {@code gatun bench}: Gatun beside the C program that people use today, on the same virtual
 * devices, lcore and burst.
 *
 * <p>Machines are noisy, so runs of the two alternate, and what is reported is the ratio of each
 * pair: median, smallest and largest. A ratio above 1 means that Gatun is faster.
 */
@NullMarked
package io.gatun.hw.bench;

import org.jspecify.annotations.NullMarked;
