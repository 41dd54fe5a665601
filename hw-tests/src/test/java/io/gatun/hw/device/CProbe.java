package io.gatun.hw.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatun.bindings.DpdkLibrary;
import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * DPDK's inline functions and bit-fields, compiled by gcc from the installed headers and loaded
 * into this process: what Gatun does in Java is compared with what C does to the same memory.
 */
@SuppressWarnings("restricted") // a test: Gatun itself calls native code in its bindings only
final class CProbe {
  private static final String SOURCE =
      """
      #define ALLOW_EXPERIMENTAL_API
      #include <stdint.h>
      #include <rte_mbuf.h>
      #include <rte_mempool.h>

      int alloc_bulk(uint64_t pool, uint64_t table, int count) {
        struct rte_mbuf **mbufs = (struct rte_mbuf **) table;
        return rte_pktmbuf_alloc_bulk((struct rte_mempool *) pool, mbufs, count);
      }

      /* What a driver does with its own packets, and MempoolCache with plain ones. */
      void put_bulk(uint64_t pool, uint64_t table, int count) {
        rte_mempool_put_bulk((struct rte_mempool *) pool, (void **) table, count);
      }

      int cached(uint64_t pool, int lcore) {
        return rte_mempool_default_cache((struct rte_mempool *) pool, lcore)->len;
      }

      /* Internal to drivers (ethdev_driver.h), which are what raises events. */
      struct rte_eth_dev;
      struct rte_eth_dev *rte_eth_dev_allocated(const char *name);
      int rte_eth_dev_callback_process(struct rte_eth_dev *dev, int event, void *ret);

      int raise(uint64_t name, int event) {
        return rte_eth_dev_callback_process(rte_eth_dev_allocated((char *) name), event, NULL);
      }

      uint64_t pack(int l2, int l3, int l4, int segment, int outer_l3, int outer_l2) {
        struct rte_mbuf m = {0};
        m.l2_len = l2;
        m.l3_len = l3;
        m.l4_len = l4;
        m.tso_segsz = segment;
        m.outer_l3_len = outer_l3;
        m.outer_l2_len = outer_l2;
        return m.tx_offload;
      }

      #define M ((struct rte_mbuf *) mbuf)
      uint64_t prepend(uint64_t mbuf, int bytes) {
        return (uint64_t) rte_pktmbuf_prepend(M, bytes);
      }
      uint64_t adjust(uint64_t mbuf, int bytes) {
        return (uint64_t) rte_pktmbuf_adj(M, bytes);
      }
      uint64_t append(uint64_t mbuf, int bytes) {
        return (uint64_t) rte_pktmbuf_append(M, bytes);
      }
      void attach(uint64_t indirect, uint64_t mbuf) {
        rte_pktmbuf_attach((struct rte_mbuf *) indirect, M);
      }
      int chain(uint64_t mbuf, uint64_t tail) {
        return rte_pktmbuf_chain(M, (struct rte_mbuf *) tail);
      }
      int check(uint64_t mbuf) {
        const char *reason;
        return rte_mbuf_check(M, 1, &reason);
      }

      uint64_t get(uint64_t mbuf, int field) {
        switch (field) {
          case 0: return rte_pktmbuf_mtod(M, uint64_t);
          case 1: return rte_pktmbuf_data_len(M);
          case 2: return rte_pktmbuf_pkt_len(M);
          case 3: return rte_pktmbuf_headroom(M);
          case 4: return rte_pktmbuf_tailroom(M);
          case 5: return M->buf_len;
          case 6: return M->nb_segs;
          case 7: return (uint64_t) M->next;
          case 8: return rte_mbuf_refcnt_read(M);
          case 9: return M->port;
          case 10: return M->ol_flags;
          case 11: return M->packet_type;
          case 12: return M->vlan_tci;
          case 13: return M->vlan_tci_outer;
          case 14: return M->hash.rss;
          case 15: return M->hash.fdir.hi;
          case 16: return (uint64_t) M->pool;
          case 17: return rte_mbuf_iova_get(M);
          case 18: return M->tx_offload;
          case 19: return M->l2_len;
          case 20: return M->l3_len;
          case 21: return M->l4_len;
          case 22: return M->tso_segsz;
          case 23: return M->outer_l3_len;
          case 24: return M->outer_l2_len;
          default: return -1;
        }
      }

      void set(uint64_t mbuf, int field, uint64_t value) {
        switch (field) {
          case 1: M->data_len = value; break;
          case 2: M->pkt_len = value; break;
          case 3: M->data_off = value; break;
          case 5: M->buf_len = value; break;
          case 6: M->nb_segs = value; break;
          case 7: M->next = (struct rte_mbuf *) value; break;
          case 8: rte_mbuf_refcnt_set(M, value); break;
          case 9: M->port = value; break;
          case 10: M->ol_flags = value; break;
          case 11: M->packet_type = value; break;
          case 12: M->vlan_tci = value; break;
          case 13: M->vlan_tci_outer = value; break;
          case 14: M->hash.rss = value; break;
          case 15: M->hash.fdir.hi = value; break;
          case 18: M->tx_offload = value; break;
        }
      }
      """;

  private static final MethodHandle ALLOC_BULK;
  private static final MethodHandle PUT_BULK;
  private static final MethodHandle CACHED;
  private static final MethodHandle RAISE;
  private static final MethodHandle PACK;
  private static final MethodHandle PREPEND;
  private static final MethodHandle ADJUST;
  private static final MethodHandle APPEND;
  private static final MethodHandle ATTACH;
  private static final MethodHandle CHAIN;
  private static final MethodHandle CHECK;
  private static final MethodHandle GET;
  private static final MethodHandle SET;

  static {
    SymbolLookup library = SymbolLookup.libraryLookup(compile(), Arena.global());
    FunctionDescriptor resize = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT);
    FunctionDescriptor bulk = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    ALLOC_BULK = handle(library, "alloc_bulk", bulk);
    PUT_BULK =
        handle(library, "put_bulk", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT));
    CACHED = handle(library, "cached", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    RAISE = handle(library, "raise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    PACK =
        handle(
            library,
            "pack",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    PREPEND = handle(library, "prepend", resize);
    ADJUST = handle(library, "adjust", resize);
    APPEND = handle(library, "append", resize);
    ATTACH = handle(library, "attach", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));
    CHAIN = handle(library, "chain", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    CHECK = handle(library, "check", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    GET = handle(library, "get", resize);
    SET = handle(library, "set", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_LONG));
  }

  private CProbe() {}

  /** Skips the test without gcc, without headers, or with those of another DPDK. */
  static void assume() {
    Tool.assume("gcc", "gcc", "--version");
    Tool.Result headers = Tool.run("pkg-config", "--modversion", "libdpdk");
    assumeTrue(headers.status() == 0, "DPDK's headers are not installed (libdpdk-dev, pkg-config)");
    String loaded = DpdkLibrary.load().release().version();
    assumeTrue(
        headers.output().startsWith(loaded),
        () -> "the headers are of DPDK " + headers.output().strip() + ", not of " + loaded);
  }

  private static Path compile() {
    try {
      Path source = Files.createTempFile("gatun-probe", ".c");
      Path library = Files.createTempFile("gatun-probe", ".so");
      library.toFile().deleteOnExit();
      Files.writeString(source, SOURCE);
      List<String> gcc = new ArrayList<>(List.of("gcc", "-O2", "-w", "-shared", "-fPIC"));
      String flags = Tool.run("pkg-config", "--cflags", "libdpdk").orFail();
      gcc.addAll(Arrays.asList(flags.strip().split("\\s+", -1)));
      gcc.addAll(List.of("-o", library.toString(), source.toString()));
      // By their sonames these are the ones that this process has loaded already.
      String folder = Tool.run("pkg-config", "--variable=libdir", "libdpdk").orFail().strip();
      gcc.addAll(
          List.of("-L" + folder, "-lrte_mbuf", "-lrte_mempool", "-lrte_ethdev", "-lrte_eal"));
      Tool.run(gcc.toArray(String[]::new)).orFail();
      Files.delete(source);
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MethodHandle handle(SymbolLookup library, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
  }

  /** {@code rte_pktmbuf_alloc_bulk}. */
  static int allocBulk(long pool, long table, int count) {
    return (int) call(ALLOC_BULK, pool, table, count);
  }

  /** {@code rte_mempool_put_bulk}. */
  static void putBulk(long pool, long table, int count) {
    call(PUT_BULK, pool, table, count);
  }

  /** How many buffers the cache of an lcore holds. */
  static int cached(long pool, int lcore) {
    return (int) call(CACHED, pool, lcore);
  }

  /** Raises an event of a device on the calling thread, as its driver would. */
  static void raise(String device, int event) {
    try (Arena arena = Arena.ofConfined()) {
      call(RAISE, arena.allocateFrom(device).address(), event);
    }
  }

  /** {@code tx_offload} after its bit-fields were assigned. */
  static long pack(int l2, int l3, int l4, int segment, int outerL3, int outerL2) {
    return (long) call(PACK, l2, l3, l4, segment, outerL3, outerL2);
  }

  static long prepend(long mbuf, int bytes) {
    return (long) call(PREPEND, mbuf, bytes);
  }

  static long adjust(long mbuf, int bytes) {
    return (long) call(ADJUST, mbuf, bytes);
  }

  static long append(long mbuf, int bytes) {
    return (long) call(APPEND, mbuf, bytes);
  }

  /** {@code rte_pktmbuf_attach}: makes {@code indirect} another view of the buffer of a packet. */
  static void attach(long indirect, long mbuf) {
    call(ATTACH, indirect, mbuf);
  }

  /** {@code rte_pktmbuf_chain}. */
  static int chain(long mbuf, long tail) {
    return (int) call(CHAIN, mbuf, tail);
  }

  /** {@code rte_mbuf_check} of a packet's first segment: 0 when it is sane. */
  static int check(long mbuf) {
    return (int) call(CHECK, mbuf);
  }

  /** A field by its number in the source above. */
  static long get(long mbuf, int field) {
    return (long) call(GET, mbuf, field);
  }

  static void set(long mbuf, int field, long value) {
    call(SET, mbuf, field, value);
  }

  private static Object call(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
