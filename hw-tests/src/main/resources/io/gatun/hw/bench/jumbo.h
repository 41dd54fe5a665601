/*
 * A source of 64 KB TCP packets, as a guest with TSO hands them over: chains of 2 KB buffers, 32
 * flows. net_pcap cannot be it, because with infinite_rx=1 it takes packets of one buffer only. So a
 * port that receives nothing (net_null with no-rx=1) gets a receive callback that does.
 *
 * A buffer is filled once, when its pool is made, and no one writes into payload: so what a packet
 * costs here is its buffers, their links and 54 bytes of headers. Both sides of the comparison use
 * this file.
 */
#include <string.h>
#include <rte_byteorder.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

#define JUMBO_ROOM 2048
#define JUMBO_BUFFERS 32
#define JUMBO_BYTES (JUMBO_ROOM * JUMBO_BUFFERS)
#define JUMBO_HEADERS 54
#define JUMBO_PAYLOAD (JUMBO_BYTES - JUMBO_HEADERS)
#define JUMBO_FLOWS 32
/* Packets at a time: 128 KB of payload, which stays in a core's second-level cache. */
#define JUMBO_BURST 2
#define JUMBO_POOL 4095
#define JUMBO_CACHE 256

struct jumbo_headers {
  struct rte_ether_hdr ether;
  struct rte_ipv4_hdr ip;
  struct rte_tcp_hdr tcp;
} __rte_packed __rte_aligned(2);

static struct rte_mempool *jumbo_pool;
static struct jumbo_headers jumbo_headers[JUMBO_FLOWS];
static unsigned jumbo_next;

static void jumbo_fill(struct rte_mempool *pool, void *unused, void *object, unsigned index) {
  struct rte_mbuf *m = object;
  uint8_t *data = (uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM;
  (void)pool;
  (void)unused;
  for (unsigned i = 0; i < JUMBO_ROOM; i++) data[i] = (uint8_t)(i * 7 + index * 13 + (i >> 8));
}

static int jumbo_make(void) {
  for (unsigned flow = 0; flow < JUMBO_FLOWS; flow++) {
    struct jumbo_headers *h = &jumbo_headers[flow];
    memset(h, 0, sizeof *h);
    h->ether.dst_addr.addr_bytes[0] = h->ether.src_addr.addr_bytes[0] = 2;
    h->ether.dst_addr.addr_bytes[5] = 2;
    h->ether.src_addr.addr_bytes[5] = 1;
    h->ether.ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
    h->ip.version_ihl = 0x45;
    h->ip.total_length = rte_cpu_to_be_16(JUMBO_BYTES - sizeof h->ether);
    h->ip.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG);
    h->ip.time_to_live = 64;
    h->ip.next_proto_id = IPPROTO_TCP;
    h->ip.src_addr = rte_cpu_to_be_32(RTE_IPV4(10, 0, 0, 1 + flow));
    h->ip.dst_addr = rte_cpu_to_be_32(RTE_IPV4(10, 1, 0, 1));
    h->ip.hdr_checksum = rte_ipv4_cksum(&h->ip);
    h->tcp.src_port = rte_cpu_to_be_16(10000 + flow);
    h->tcp.dst_port = rte_cpu_to_be_16(80);
    h->tcp.sent_seq = rte_cpu_to_be_32(1);
    h->tcp.data_off = 0x50;
    h->tcp.tcp_flags = RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG;
    h->tcp.rx_win = rte_cpu_to_be_16(65535);
  }
  jumbo_pool = rte_pktmbuf_pool_create("jumbo", JUMBO_POOL, JUMBO_CACHE, 0,
                                       JUMBO_ROOM + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
  if (jumbo_pool == NULL) return -1;
  rte_mempool_obj_iter(jumbo_pool, jumbo_fill, NULL);
  return 0;
}

/* rte_rx_callback_fn */
static uint16_t jumbo_receive(uint16_t port, uint16_t queue, struct rte_mbuf *packets[],
                              uint16_t count, uint16_t most, void *unused) {
  struct rte_mbuf *m[JUMBO_BUFFERS];
  (void)queue;
  (void)unused;
  for (unsigned n = 0; n < JUMBO_BURST && count < most; n++) {
    if (rte_pktmbuf_alloc_bulk(jumbo_pool, m, JUMBO_BUFFERS)) break;
    for (unsigned i = 0; i < JUMBO_BUFFERS; i++) {
      m[i]->data_len = JUMBO_ROOM;
      m[i]->next = i + 1 < JUMBO_BUFFERS ? m[i + 1] : NULL;
    }
    m[0]->nb_segs = JUMBO_BUFFERS;
    m[0]->pkt_len = JUMBO_BYTES;
    m[0]->port = port;
    memcpy(rte_pktmbuf_mtod(m[0], void *), &jumbo_headers[jumbo_next++ % JUMBO_FLOWS],
           sizeof(struct jumbo_headers));
    packets[count++] = m[0];
  }
  return count;
}
