package io.gatun.offload.gateway;

import io.gatun.pmd.Lcore;
import io.gatun.pmd.Mempool;
import io.gatun.pmd.PortHooks;

/**
 * Where a gateway works.
 *
 * @param lcore its own
 * @param pool that the lcore allocates from
 * @param dataRoom bytes of a buffer of that pool behind the headroom
 * @param burst most packets received at once
 * @param hooks put something between the ports' queues and the gateway
 */
record GatewayPlace(Lcore lcore, Mempool pool, int dataRoom, int burst, PortHooks hooks) {}
