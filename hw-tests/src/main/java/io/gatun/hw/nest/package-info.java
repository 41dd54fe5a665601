/**
 * Three real hypervisor levels without hardware: a virtual function of an emulated NIC is handed
 * down through nested virtual machines by Gatun's own extenders, and driven by Gatun in the
 * innermost.
 */
@NullMarked
package io.gatun.hw.nest;

import org.jspecify.annotations.NullMarked;
