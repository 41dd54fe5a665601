/**
 * The tunnel gateway, in the order in which a packet walks through its rooms.
 *
 * <p>The <em>tenant room</em> knows inner stations: {@link
 * io.gatun.offload.gateway.ForwardingTable} says behind which remote end point a MAC address lives,
 * {@code ProxyNeighbour} speaks ARP and neighbour discovery to tenants whose tunnel carries no
 * Ethernet. The <em>threshold</em> deals with what does not fit through the door: {@code TooBig}
 * tells the sender, {@code Ipv4Fragmenter} cuts. The <em>underlay room</em> is an ordinary IP host:
 * {@code UnderlayHost} answers for the gateway's own addresses, {@code NeighbourTable} knows the
 * next hops' MAC addresses and keeps packets that wait for one, {@code NeighbourMessages} writes
 * what is asked and announced. What is thrown away anywhere leaves by one door with a label on it:
 * {@link io.gatun.offload.DropReason}, counted in {@code Drops}.
 *
 * <p>One lcore owns a gateway with all its rooms: nothing here locks, allocates per packet or reads
 * a clock (time comes in as a parameter). Counters alone are read by other threads. Every byte of a
 * packet is untrusted: one length check per header, then a {@link io.gatun.offload.DropReason},
 * never an exception.
 */
@NullMarked
package io.gatun.offload.gateway;

import org.jspecify.annotations.NullMarked;
