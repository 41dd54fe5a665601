/**
 * Port mirroring by completion: one buffer, sent again when its first transmission completes.
 *
 * <p>{@link io.gatun.mirror.engine} is what an lcore does, {@link io.gatun.mirror.session} what
 * users ask for and who gives it to the lcores, {@link io.gatun.mirror.cli} how they ask.
 */
@NullMarked
package io.gatun.mirror;

import org.jspecify.annotations.NullMarked;
