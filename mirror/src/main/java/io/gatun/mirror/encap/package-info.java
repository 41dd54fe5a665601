/**
 * What a session does to a frame before it goes to the destination, and undoes afterwards: headers
 * of ERSPAN, GRE and VXLAN in the headroom, the tag of RSPAN, or nothing (SPAN).
 *
 * <p>{@link io.gatun.mirror.encap.EncapsulationSpec} is what a user wrote, {@link
 * io.gatun.mirror.encap.FrameEdits} makes of it one {@link io.gatun.mirror.encap.FrameEdit} per
 * lane.
 */
@NullMarked
package io.gatun.mirror.encap;

import org.jspecify.annotations.NullMarked;
