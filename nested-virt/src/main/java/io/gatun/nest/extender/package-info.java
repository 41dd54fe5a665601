/**
 * The extender: one in each hypervisor of a nest, and in the innermost guest. It holds leases of
 * functions, and takes each through its phases.
 *
 * <p>Everything runs on one control thread and never waits: {@link Extender#doWork} does what can
 * be done now.
 */
@NullMarked
package io.gatun.nest.extender;

import org.jspecify.annotations.NullMarked;
