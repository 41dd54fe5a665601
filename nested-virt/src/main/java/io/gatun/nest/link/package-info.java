/**
 * The kernel's network interfaces through iproute2: argument lists in, JSON out, no shell.
 *
 * <p>{@link io.gatun.nest.link.IpLink} is what the rest uses. It runs {@code ip} through a {@link
 * io.gatun.nest.link.CommandRunner}, which a test replaces by one that keeps state.
 */
@NullMarked
package io.gatun.nest.link;

import org.jspecify.annotations.NullMarked;
