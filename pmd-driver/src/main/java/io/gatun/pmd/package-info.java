/**
 * What a DPDK application is made of, in Java's terms.
 *
 * <p>Reading path: {@link io.gatun.pmd.Eal} starts DPDK; {@link io.gatun.pmd.Port} is configured
 * with a {@link io.gatun.pmd.PortConfig} and gives {@link io.gatun.pmd.RxQueue} and {@link
 * io.gatun.pmd.TxQueue}; a {@link io.gatun.pmd.PollLoop} on an {@link io.gatun.pmd.Lcore} moves
 * {@link io.gatun.pmd.Burst}s of mbufs between them through {@link io.gatun.pmd.PacketStage}s, and
 * looks into packets with the {@link io.gatun.pmd.Mbuf} flyweight.
 *
 * <p>Two planes. Control-plane classes are ordinary Java that checks its arguments and throws.
 * Data-path methods (each says so) run on the one lcore that owns the object, allocate, lock and
 * log nothing, and count instead of throwing. What belongs to which plane is tested with ArchUnit.
 */
@NullMarked
package io.gatun.pmd;

import org.jspecify.annotations.NullMarked;
