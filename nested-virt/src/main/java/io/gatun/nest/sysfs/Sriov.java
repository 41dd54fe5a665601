package io.gatun.nest.sysfs;

import java.util.List;

/**
 * The SR-IOV capability of a physical function (PCI Express Base Specification 5.0, 9.3.3).
 *
 * @param totalVfs how many VFs it can have at most
 * @param numVfs how many it has
 * @param offset routing id of the first VF, from its own
 * @param stride from one VF's routing id to the next
 * @param vfDevice the device id of its VFs; -1 where the kernel does not say
 * @param isAutoprobed whether the kernel binds a driver to new VFs
 * @param virtualFunctions where they are, by index
 */
public record Sriov(
    int totalVfs,
    int numVfs,
    int offset,
    int stride,
    int vfDevice,
    boolean isAutoprobed,
    List<PciAddress> virtualFunctions) {}
