/**
 * A NIC that is not there: a device that obeys only what an mbuf says.
 *
 * <p>{@link io.gatun.hw.model.ModelNic} is the port, {@link io.gatun.hw.model.NicFamily} says what
 * a family of NICs offers, {@link io.gatun.hw.model.NicBehaviour} how it goes about it, {@link
 * io.gatun.hw.model.TxCheck} is the driver's {@code tx_prepare}, {@link io.gatun.hw.model.TxEngine}
 * the hardware behind it, {@link io.gatun.hw.model.RxEngine} the receiving side.
 *
 * <p>Written from DPDK's documentation (rte_mbuf_core.h, rte_ethdev.h, prog_guide/mbuf_lib.rst)
 * and, where that is silent, from its drivers, each cited at its place with the file in DPDK 22.11.
 * It shares no code with Gatun's offload module, because it judges it: headers and sums are
 * computed here once more, on byte arrays. The model in its turn is judged by scapy and tshark.
 */
@NullMarked
package io.gatun.hw.model;

import org.jspecify.annotations.NullMarked;
