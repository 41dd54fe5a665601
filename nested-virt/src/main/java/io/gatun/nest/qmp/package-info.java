/** QEMU's machine protocol: its client, and what an extender does to a virtual machine by it. */
@NullMarked
package io.gatun.nest.qmp;

import org.jspecify.annotations.NullMarked;
