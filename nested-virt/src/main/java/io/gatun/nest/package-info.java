/**
 * SR-IOV through nested virtual machines: cascaded extenders hand a virtual function down.
 *
 * <p>From the bottom up: {@link io.gatun.nest.sysfs} reads and writes the kernel's PCI tree, {@link
 * io.gatun.nest.link} asks iproute2, {@link io.gatun.nest.vf} plans and undoes changes of one
 * machine's functions and is what {@code gatun vf} shows. On them stand {@link
 * io.gatun.nest.channel} (frames over a virtio-serial port), {@link io.gatun.nest.rpc} (calls in
 * them), {@link io.gatun.nest.qmp} and {@link io.gatun.nest.machine} (what a function is plugged
 * into), and {@link io.gatun.nest.extender}, which takes leases from one level to the next: start
 * reading there.
 */
@NullMarked
package io.gatun.nest;

import org.jspecify.annotations.NullMarked;
