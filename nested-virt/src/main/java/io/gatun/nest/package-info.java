/**
 * SR-IOV through nested virtual machines: cascaded extenders hand a virtual function down.
 *
 * <p>From the bottom up: {@link io.gatun.nest.sysfs} reads and writes the kernel's PCI tree, {@link
 * io.gatun.nest.link} asks iproute2, {@link io.gatun.nest.vf} plans and undoes changes of one
 * machine's functions and is what {@code gatun vf} shows.
 */
@NullMarked
package io.gatun.nest;

import org.jspecify.annotations.NullMarked;
