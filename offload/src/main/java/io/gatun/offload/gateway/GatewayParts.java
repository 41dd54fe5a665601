package io.gatun.offload.gateway;

import io.gatun.offload.Decapsulator;
import io.gatun.offload.Drops;
import io.gatun.offload.Encapsulator;
import io.gatun.pmd.MempoolCache;
import java.util.List;

/**
 * What the two sides of a gateway share; all of one lcore.
 *
 * @param config the gateway
 * @param pool of the lcore
 * @param dataRoom bytes of a buffer behind the headroom
 * @param drops of both sides
 * @param clock of both sides
 * @param encapsulator into the tunnel
 * @param decapsulator out of the tunnel
 * @param underlay the port to the underlay
 * @param tenantPorts the others
 * @param paths to the remotes
 * @param neighbours next hops
 * @param stations behind which remote they are
 * @param proxies one for each tenant where the tunnel carries no Ethernet; empty otherwise
 */
record GatewayParts(
    GatewayConfig config,
    MempoolCache pool,
    int dataRoom,
    Drops drops,
    GatewayClock clock,
    Encapsulator encapsulator,
    Decapsulator decapsulator,
    UnderlayPort underlay,
    List<TenantPort> tenantPorts,
    Paths paths,
    NeighbourTable neighbours,
    ForwardingTable stations,
    List<ProxyNeighbour> proxies) {}
