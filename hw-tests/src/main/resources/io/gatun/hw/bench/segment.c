/*
 * The peer of VXLAN segmentation: the outer header first, then rte_gso, which copies all headers to
 * each segment and lets the payload be where it is, then the checksums of each segment. Every 64 KB
 * packet from port 0 leaves through port 1. The outer UDP checksum is zero (RFC 7348).
 *
 * Usage: segment EAL... -- WARM_UP_SECONDS SECONDS
 * Prints: packets, segments, bytes of payload, seconds
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <rte_eal.h>
#include <rte_gso.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_udp.h>
#include <rte_vxlan.h>
#include "jumbo.h"

#define MTU 1500
#define BURST 32
#define MOST_SEGMENTS 64
#define OUTER_LENGTH sizeof(struct outer)
#define INNER_IP (OUTER_LENGTH + sizeof(struct rte_ether_hdr))
#define INNER_TCP (INNER_IP + sizeof(struct rte_ipv4_hdr))

struct outer {
  struct rte_ether_hdr ether;
  struct rte_ipv4_hdr ip;
  struct rte_udp_hdr udp;
  struct rte_vxlan_hdr vxlan;
} __rte_packed __rte_aligned(2);

static struct outer outer;
static struct rte_gso_ctx gso;
static double warm_up_seconds, measured_seconds;
static int failed;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void make_outer(void) {
  outer.ether.dst_addr.addr_bytes[0] = outer.ether.src_addr.addr_bytes[0] = 2;
  outer.ether.dst_addr.addr_bytes[5] = 0x22;
  outer.ether.src_addr.addr_bytes[5] = 0x11;
  outer.ether.ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
  outer.ip.version_ihl = 0x45;
  outer.ip.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG);
  outer.ip.time_to_live = 64;
  outer.ip.next_proto_id = IPPROTO_UDP;
  outer.ip.src_addr = rte_cpu_to_be_32(RTE_IPV4(192, 168, 100, 1));
  outer.ip.dst_addr = rte_cpu_to_be_32(RTE_IPV4(192, 168, 100, 2));
  outer.udp.dst_port = rte_cpu_to_be_16(RTE_VXLAN_DEFAULT_PORT);
  outer.vxlan.vx_flags = rte_cpu_to_be_32(0x08000000);
  outer.vxlan.vx_vni = rte_cpu_to_be_32(42 << 8);
}

/* A source port that differs between flows (RFC 7348, section 5). */
static uint16_t entropy(const struct rte_ipv4_hdr *ip, const struct rte_tcp_hdr *tcp) {
  uint32_t hash = ip->src_addr ^ ip->dst_addr ^ (tcp->src_port | (uint32_t)tcp->dst_port << 16);
  return rte_cpu_to_be_16(0xc000 | (hash * 0x9e3779b1u) >> 18);
}

/* The lengths are the segments', which rte_gso fills in. */
static int encapsulate(struct rte_mbuf *m) {
  const struct jumbo_headers *inner = rte_pktmbuf_mtod(m, const struct jumbo_headers *);
  uint16_t port = entropy(&inner->ip, &inner->tcp);
  struct outer *o = (struct outer *)rte_pktmbuf_prepend(m, OUTER_LENGTH);
  if (o == NULL) return -1;
  *o = outer;
  o->udp.src_port = port;
  m->outer_l2_len = sizeof o->ether;
  m->outer_l3_len = sizeof o->ip;
  m->l2_len = sizeof o->udp + sizeof o->vxlan + sizeof inner->ether;
  m->l3_len = sizeof inner->ip;
  m->l4_len = sizeof inner->tcp;
  m->ol_flags |= RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TUNNEL_VXLAN | RTE_MBUF_F_TX_OUTER_IPV4 |
                 RTE_MBUF_F_TX_IPV4;
  return 0;
}

static inline void checksums(struct rte_mbuf *m) {
  struct rte_ipv4_hdr *outer_ip =
      rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, sizeof(struct rte_ether_hdr));
  struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, INNER_IP);
  struct rte_tcp_hdr *tcp = rte_pktmbuf_mtod_offset(m, struct rte_tcp_hdr *, INNER_TCP);
  tcp->cksum = 0;
  tcp->cksum = rte_ipv4_udptcp_cksum_mbuf(m, ip, INNER_TCP);
  ip->hdr_checksum = 0;
  ip->hdr_checksum = rte_ipv4_cksum(ip);
  outer_ip->hdr_checksum = 0;
  outer_ip->hdr_checksum = rte_ipv4_cksum(outer_ip);
}

static int segment(struct rte_mbuf *m) {
  struct rte_mbuf *out[MOST_SEGMENTS];
  int count = encapsulate(m) ? -1 : rte_gso_segment(m, &gso, out, MOST_SEGMENTS);
  int sent = 0;
  rte_pktmbuf_free(m); /* the segments hold it */
  for (int i = 0; i < count; i++) checksums(out[i]);
  while (sent < count) sent += rte_eth_tx_burst(1, 0, out + sent, count - sent);
  return count;
}

static int run(void *unused) {
  struct rte_mbuf *m[BURST];
  uint64_t packets = 0, segments = 0;
  double start = now(), warm = 0, end = start + warm_up_seconds + measured_seconds, time;
  (void)unused;
  do {
    for (int round = 0; round < 64; round++) {
      int count = rte_eth_rx_burst(0, 0, m, BURST);
      for (int i = 0; i < count; i++) {
        int made = segment(m[i]);
        if (made <= 0) failed = 1;
        segments += made;
      }
      packets += count;
    }
    time = now();
    if (warm == 0 && time - start >= warm_up_seconds) {
      warm = time;
      packets = segments = 0;
    }
  } while (time < end && !failed);
  printf("segment %lu %lu %lu %f\n", packets, segments, packets * (uint64_t)JUMBO_PAYLOAD,
         time - warm);
  return 0;
}

static int start_port(int port, struct rte_mempool *pool) {
  struct rte_eth_conf conf = {0};
  return rte_eth_dev_configure(port, 1, 1, &conf) ||
         rte_eth_rx_queue_setup(port, 0, 512, SOCKET_ID_ANY, NULL, pool) ||
         rte_eth_tx_queue_setup(port, 0, 512, SOCKET_ID_ANY, NULL) || rte_eth_dev_start(port);
}

int main(int argc, char **argv) {
  int used = rte_eal_init(argc, argv);
  if (used < 0 || argc - used != 3) return 1;
  warm_up_seconds = atof(argv[used + 1]);
  measured_seconds = atof(argv[used + 2]);
  make_outer();
  gso.direct_pool =
      rte_pktmbuf_pool_create("headers", 4095, 256, 0, 256 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
  gso.indirect_pool = rte_pktmbuf_pool_create("payload", 4095, 256, 0, 0, SOCKET_ID_ANY);
  gso.gso_types = RTE_ETH_TX_OFFLOAD_VXLAN_TNL_TSO;
  gso.gso_size = MTU + sizeof(struct rte_ether_hdr);
  if (gso.direct_pool == NULL || gso.indirect_pool == NULL || jumbo_make()) return 1;
  if (start_port(0, jumbo_pool) || start_port(1, jumbo_pool)) return 1;
  if (rte_eth_add_rx_callback(0, 0, jumbo_receive, NULL) == NULL) return 1;
  rte_eal_mp_remote_launch(run, NULL, SKIP_MAIN);
  rte_eal_mp_wait_lcore();
  rte_eth_dev_stop(0);
  rte_eth_dev_stop(1);
  rte_eth_dev_close(0);
  rte_eth_dev_close(1);
  rte_eal_cleanup();
  return failed;
}
