/**
 * Gatun in a virtual machine with an emulated SR-IOV NIC: QEMU's {@code igb}, an Intel 82576 with
 * real descriptor rings behind a real IOMMU, which DPDK drives through VFIO. Nothing here needs
 * hardware or KVM.
 *
 * <p>{@code scripts/test} installs QEMU and makes the kernel and the initramfs ({@code
 * scripts/lib/qemu.sh}). The machine's own root is the guest's, read-only; a shared folder takes
 * what commands in the guest print. {@link QemuGuest} boots such a machine (about five seconds) and
 * runs commands in it, {@link Wire} is what its NICs are plugged into, {@link GuestGatun} starts
 * Gatun on them. All classes that need the NICs share one guest ({@link IgbGuest}). A test that
 * fails has the end of the guest's console in its message.
 *
 * <p>To run one class by hand, once {@code scripts/test} has made the distribution and the kernel
 * (of which {@code scripts/lib/qemu.sh} keeps one):
 *
 * <pre>{@code
 * GATUN_GUEST=$(ls -d /var/cache/gatun/guest/*) ./mvnw -pl hw-tests -am verify \
 *     -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=IgbForwardIT
 * }</pre>
 */
@NullMarked
package io.gatun.hw.qemu;

import org.jspecify.annotations.NullMarked;
