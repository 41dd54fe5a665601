/**
 * Overlay offload: the inner and the outer header of a packet completed independently.
 *
 * <p>The module's place in the graph is fixed here; its content is issue 3.
 */
@NullMarked
package io.gatun.offload;

import org.jspecify.annotations.NullMarked;
