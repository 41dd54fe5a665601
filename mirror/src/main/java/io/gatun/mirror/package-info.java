/**
 * Port mirroring by completion: one buffer, sent again when its first transmission completes.
 *
 * <p>The module's place in the graph is fixed here; its content is issue 4.
 */
@NullMarked
package io.gatun.mirror;

import org.jspecify.annotations.NullMarked;
