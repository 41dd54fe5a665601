/**
 * What the kernel shows and takes below {@code /sys}, {@code /proc} and {@code /dev}: PCI
 * functions, SR-IOV, IOMMU groups, drivers, and who has a device open.
 *
 * <p>Every path lies below the root of a {@link io.gatun.nest.sysfs.HostTree}, so that a test can
 * show another machine. {@link io.gatun.nest.sysfs.PciBus} is the only class that writes; it turns
 * the kernel's errors into what can be done about them.
 */
@NullMarked
package io.gatun.nest.sysfs;

import org.jspecify.annotations.NullMarked;
