package io.gatun.nest.sysfs;

import java.util.List;

/**
 * Functions that an IOMMU cannot tell apart: only all of them together can be handed out.
 *
 * @param number its name below {@code /sys/kernel/iommu_groups}
 * @param type how the kernel uses it: {@code DMA}, {@code DMA-FQ}, {@code identity}, ...
 * @param isMadeUp whether vfio made it up in its no-IOMMU mode: nothing protects memory then
 * @param members all functions in it, in order
 */
public record IommuGroup(int number, String type, boolean isMadeUp, List<PciAddress> members) {}
