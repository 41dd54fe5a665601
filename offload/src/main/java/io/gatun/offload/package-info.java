/**
 * Overlay offload: the inner and the outer header of a packet completed independently.
 *
 * <p>Start with {@link io.gatun.offload.Encapsulator} (inner pass, queue, outer pass) and {@link
 * io.gatun.offload.Decapsulator} (outer verdict, strip, inner verdict). Both run {@link
 * io.gatun.offload.HeaderPass} on whichever header is theirs. What the NIC does of it is decided
 * once, in {@code plan}; what the bytes mean stands in {@code wire}; who uses it is {@code
 * gateway}.
 *
 * <p>Everything that carries {@code @DataPath} belongs to one lcore.
 */
@NullMarked
package io.gatun.offload;

import org.jspecify.annotations.NullMarked;
