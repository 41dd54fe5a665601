package io.gatun.nest.vf;

import io.gatun.nest.link.VfLink;
import io.gatun.nest.sysfs.PciFunction;
import org.jspecify.annotations.Nullable;

/**
 * A virtual function at one moment.
 *
 * @param function what it is on the bus
 * @param index its number below the physical function, from 0
 * @param link what the physical function's driver shows of it; null where it shows nothing
 * @param usage who uses it
 */
public record VirtualFunction(
    PciFunction function, int index, @Nullable VfLink link, Usage usage) {}
