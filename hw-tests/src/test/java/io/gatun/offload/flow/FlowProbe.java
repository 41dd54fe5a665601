package io.gatun.offload.flow;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.gatun.hw.tool.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Flow rules as a C program sees them, compiled by gcc from the installed headers and loaded into
 * this process: it prints the rules that Java built, and the same ones built in C.
 */
@SuppressWarnings("restricted") // a test: Gatun itself calls native code in its bindings only
final class FlowProbe {
  private static final int TEXT_BYTES = 16384;

  private static final String SOURCE =
      """
      #define ALLOW_EXPERIMENTAL_API
      #define _GNU_SOURCE
      #include <stdio.h>
      #include <string.h>
      #include <rte_byteorder.h>
      #include <rte_ethdev.h>
      #include <rte_flow.h>

      static size_t item_size(int type) {
        switch (type) {
          case RTE_FLOW_ITEM_TYPE_ETH: return sizeof(struct rte_flow_item_eth);
          case RTE_FLOW_ITEM_TYPE_VLAN: return sizeof(struct rte_flow_item_vlan);
          case RTE_FLOW_ITEM_TYPE_IPV4: return sizeof(struct rte_flow_item_ipv4);
          case RTE_FLOW_ITEM_TYPE_IPV6: return sizeof(struct rte_flow_item_ipv6);
          case RTE_FLOW_ITEM_TYPE_UDP: return sizeof(struct rte_flow_item_udp);
          case RTE_FLOW_ITEM_TYPE_VXLAN: return sizeof(struct rte_flow_item_vxlan);
          case RTE_FLOW_ITEM_TYPE_VXLAN_GPE: return sizeof(struct rte_flow_item_vxlan_gpe);
          case RTE_FLOW_ITEM_TYPE_GENEVE: return sizeof(struct rte_flow_item_geneve);
          case RTE_FLOW_ITEM_TYPE_NVGRE: return sizeof(struct rte_flow_item_nvgre);
          case RTE_FLOW_ITEM_TYPE_GRE: return sizeof(struct rte_flow_item_gre);
          case RTE_FLOW_ITEM_TYPE_GRE_KEY: return sizeof(rte_be32_t);
          default: return 0;
        }
      }

      static void hex(FILE *f, const char *name, const void *bytes, size_t size) {
        fprintf(f, " %s=", name);
        for (size_t i = 0; bytes && i < size; i++) {
          fprintf(f, "%02x", ((const unsigned char *) bytes)[i]);
        }
      }

      static void print_items(FILE *f, const struct rte_flow_item *item) {
        for (; item->type != RTE_FLOW_ITEM_TYPE_END; item++) {
          fprintf(f, "  item %d", item->type);
          hex(f, "spec", item->spec, item_size(item->type));
          hex(f, "last", item->last, item_size(item->type));
          hex(f, "mask", item->mask, item_size(item->type));
          fprintf(f, "\\n");
        }
      }

      static void print_conf(FILE *f, const struct rte_flow_action *action) {
        switch (action->type) {
          case RTE_FLOW_ACTION_TYPE_QUEUE: {
            const struct rte_flow_action_queue *queue = action->conf;
            fprintf(f, " index=%u\\n", queue->index);
            break;
          }
          case RTE_FLOW_ACTION_TYPE_RSS: {
            const struct rte_flow_action_rss *rss = action->conf;
            fprintf(f, " func=%d level=%u types=%lx key_len=%u key=%p queues", rss->func,
                rss->level, rss->types, rss->key_len, rss->key);
            for (unsigned i = 0; i < rss->queue_num; i++) {
              fprintf(f, " %u", rss->queue[i]);
            }
            fprintf(f, "\\n");
            break;
          }
          case RTE_FLOW_ACTION_TYPE_MARK:
            fprintf(f, " id=%u\\n", ((const struct rte_flow_action_mark *) action->conf)->id);
            break;
          case RTE_FLOW_ACTION_TYPE_COUNT:
            fprintf(f, " id=%u\\n", ((const struct rte_flow_action_count *) action->conf)->id);
            break;
          case RTE_FLOW_ACTION_TYPE_JUMP:
            fprintf(f, " group=%u\\n", ((const struct rte_flow_action_jump *) action->conf)->group);
            break;
          case RTE_FLOW_ACTION_TYPE_VXLAN_ENCAP:
            fprintf(f, "\\n");
            print_items(f, ((const struct rte_flow_action_vxlan_encap *) action->conf)->definition);
            break;
          case RTE_FLOW_ACTION_TYPE_NVGRE_ENCAP:
            fprintf(f, "\\n");
            print_items(f, ((const struct rte_flow_action_nvgre_encap *) action->conf)->definition);
            break;
          case RTE_FLOW_ACTION_TYPE_RAW_ENCAP: {
            const struct rte_flow_action_raw_encap *raw = action->conf;
            fprintf(f, " size=%zu preserve=%p", raw->size, raw->preserve);
            hex(f, "data", raw->data, raw->size);
            fprintf(f, "\\n");
            break;
          }
          case RTE_FLOW_ACTION_TYPE_RAW_DECAP: {
            const struct rte_flow_action_raw_decap *raw = action->conf;
            fprintf(f, " size=%zu", raw->size);
            hex(f, "data", raw->data, raw->size);
            fprintf(f, "\\n");
            break;
          }
          default:
            fprintf(f, " conf=%p\\n", action->conf);
        }
      }

      static void print_rule(char *text, int size, const struct rte_flow_attr *attr,
          const struct rte_flow_item *items, const struct rte_flow_action *actions) {
        FILE *f = fmemopen(text, size, "w");
        fprintf(f, "group=%u priority=%u ingress=%u egress=%u transfer=%u reserved=%u\\n",
            attr->group, attr->priority, attr->ingress, attr->egress, attr->transfer,
            attr->reserved);
        print_items(f, items);
        for (; actions->type != RTE_FLOW_ACTION_TYPE_END; actions++) {
          fprintf(f, "action %d", actions->type);
          print_conf(f, actions);
        }
        fclose(f);
      }

      void print(uint64_t attr, uint64_t items, uint64_t actions, uint64_t text, int size) {
        print_rule((char *) text, size, (const struct rte_flow_attr *) attr,
            (const struct rte_flow_item *) items, (const struct rte_flow_action *) actions);
      }

      void print_tunnel(uint64_t tunnel, uint64_t text, int size) {
        FILE *f = fmemopen((char *) text, size, "w");
        hex(f, "tunnel", (const void *) tunnel, sizeof(struct rte_flow_tunnel));
        fclose(f);
      }

      #define END_ITEM { .type = RTE_FLOW_ITEM_TYPE_END }
      #define END_ACTION { .type = RTE_FLOW_ACTION_TYPE_END }
      #define ITEM(t, s, m) { .type = RTE_FLOW_ITEM_TYPE_##t, .spec = s, .mask = m }
      #define OPEN(t) { .type = RTE_FLOW_ITEM_TYPE_##t }
      #define ACTION(t, c) { .type = RTE_FLOW_ACTION_TYPE_##t, .conf = c }

      static const uint8_t a6[] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
      static const uint8_t b6[] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
      static const uint8_t ones[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
          -1, -1, -1, -1, -1, -1, -1, -1};
      static uint8_t raw[] = {0xde, 0xad, 0xbe, 0xef, 0x00, 0x01};

      void expected(int rule, uint64_t text, int size) {
        struct rte_flow_attr attr = {.ingress = rule < 5, .egress = rule >= 5};
        struct rte_flow_item_eth eth = {
          .hdr.dst_addr.addr_bytes = {2, 0, 0, 0, 0, 1},
          .hdr.src_addr.addr_bytes = {2, 0, 0, 0, 0, 2},
          .hdr.ether_type = RTE_BE16(0x8100),
        };
        struct rte_flow_item_eth eth_mask = {
          .hdr.dst_addr.addr_bytes = {255, 255, 255, 255, 255, 255},
          .hdr.src_addr.addr_bytes = {255, 255, 255, 255, 255, 255},
          .hdr.ether_type = RTE_BE16(0xffff),
        };
        struct rte_flow_item_eth dst = {.hdr.dst_addr.addr_bytes = {2, 0, 0, 0, 0, 1}};
        struct rte_flow_item_eth dst_mask = {
          .hdr.dst_addr.addr_bytes = {255, 255, 255, 255, 255, 255},
        };
        struct rte_flow_item_vlan vlan = {
          .hdr.vlan_tci = RTE_BE16(3 << 13 | 5), .hdr.eth_proto = RTE_BE16(0x0800),
        };
        struct rte_flow_item_vlan vlan_mask = {
          .hdr.vlan_tci = RTE_BE16(0xefff), .hdr.eth_proto = RTE_BE16(0xffff),
        };
        struct rte_flow_item_ipv4 ipv4 = {
          .hdr.version_ihl = 0x45, .hdr.type_of_service = 0xb8,
          .hdr.fragment_offset = RTE_BE16(0x4000), .hdr.time_to_live = 64,
          .hdr.next_proto_id = 17, .hdr.src_addr = RTE_BE32(RTE_IPV4(198, 51, 100, 1)),
          .hdr.dst_addr = RTE_BE32(RTE_IPV4(192, 0, 2, 1)),
        };
        struct rte_flow_item_ipv4 ipv4_mask = {
          .hdr.version_ihl = 0xff, .hdr.type_of_service = 0xff, .hdr.fragment_offset = 0xffff,
          .hdr.time_to_live = 0xff, .hdr.next_proto_id = 0xff, .hdr.src_addr = 0xffffffff,
          .hdr.dst_addr = 0xffffffff,
        };
        struct rte_flow_item_ipv4 proto = {.hdr.next_proto_id = 47};
        struct rte_flow_item_ipv4 proto_mask = {.hdr.next_proto_id = 0xff};
        struct rte_flow_item_ipv6 ipv6 = {
          .hdr.vtc_flow = RTE_BE32(0xb8 << 20), .hdr.proto = 17, .hdr.hop_limits = 63,
        };
        struct rte_flow_item_ipv6 ipv6_mask = {
          .hdr.vtc_flow = RTE_BE32(0xff << 20), .hdr.proto = 0xff, .hdr.hop_limits = 0xff,
        };
        memcpy(&ipv6.hdr.src_addr, a6, 16);
        memcpy(&ipv6.hdr.dst_addr, b6, 16);
        memcpy(&ipv6_mask.hdr.src_addr, ones, 16);
        memcpy(&ipv6_mask.hdr.dst_addr, ones, 16);
        struct rte_flow_item_udp udp = {
          .hdr.src_port = RTE_BE16(50000), .hdr.dst_port = RTE_BE16(4789),
        };
        struct rte_flow_item_udp udp_mask = {.hdr.src_port = 0xffff, .hdr.dst_port = 0xffff};
        struct rte_flow_item_udp gpe_port = {.hdr.dst_port = RTE_BE16(4790)};
        struct rte_flow_item_udp gpe_port_mask = {.hdr.dst_port = 0xffff};
        struct rte_flow_item_vxlan vxlan = {.hdr.vx_vni = RTE_BE32(0xabcdef << 8)};
        struct rte_flow_item_vxlan vxlan_mask = {.hdr.vx_vni = RTE_BE32(0xffffff00)};
        struct rte_flow_item_vxlan_gpe gpe = {.protocol = 3, .vni = {0xab, 0xcd, 0xef}};
        struct rte_flow_item_vxlan_gpe gpe_mask = {.protocol = 0xff, .vni = {255, 255, 255}};
        struct rte_flow_item_geneve geneve = {
          .ver_opt_len_o_c_rsvd0 = RTE_BE16(2 << 8), .protocol = RTE_BE16(0x6558),
          .vni = {0xab, 0xcd, 0xef},
        };
        struct rte_flow_item_geneve geneve_mask = {
          .ver_opt_len_o_c_rsvd0 = RTE_BE16(0xff00), .protocol = 0xffff, .vni = {255, 255, 255},
        };
        struct rte_flow_item_nvgre nvgre = {.tni = {0xab, 0xcd, 0xef}, .flow_id = 0x5a};
        struct rte_flow_item_nvgre nvgre_mask = {.tni = {255, 255, 255}, .flow_id = 0xff};
        struct rte_flow_item_gre gre = {
          .c_rsvd0_ver = RTE_BE16(0x2000), .protocol = RTE_BE16(0x6558),
        };
        struct rte_flow_item_gre gre_mask = {.c_rsvd0_ver = 0xffff, .protocol = 0xffff};
        rte_be32_t key = RTE_BE32(0xfedcba98), key_mask = 0xffffffff;

        uint16_t queues[] = {1, 3, 65535};
        struct rte_flow_action_rss rss = {
          .func = RTE_ETH_HASH_FUNCTION_DEFAULT, .level = 2,
          .types = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV6_TCP, .queue_num = 3,
          .queue = queues,
        };
        struct rte_flow_action_mark mark = {.id = 0x12345};
        struct rte_flow_action_count count = {.id = 9};
        struct rte_flow_action_queue queue = {.index = 300};
        struct rte_flow_action_jump jump = {.group = 1};
        struct rte_flow_action_raw_decap decap = {.data = raw, .size = sizeof raw};
        struct rte_flow_action_raw_encap encap = {.data = raw, .size = sizeof raw};
        struct rte_flow_item outer[] = {
          ITEM(ETH, &eth, &eth_mask), ITEM(VLAN, &vlan, &vlan_mask),
          ITEM(IPV4, &ipv4, &ipv4_mask), ITEM(UDP, &udp, &udp_mask),
          ITEM(VXLAN, &vxlan, &vxlan_mask), END_ITEM,
        };
        struct rte_flow_item nvgre_outer[] = {
          ITEM(ETH, &eth, &eth_mask), ITEM(IPV6, &ipv6, &ipv6_mask),
          ITEM(NVGRE, &nvgre, &nvgre_mask), END_ITEM,
        };
        struct rte_flow_action_vxlan_encap vxlan_encap = {.definition = outer};
        struct rte_flow_action_nvgre_encap nvgre_encap = {.definition = nvgre_outer};

        struct rte_flow_item gpe_items[] = {
          OPEN(ETH), ITEM(IPV6, &ipv6, &ipv6_mask), ITEM(UDP, &gpe_port, &gpe_port_mask),
          ITEM(VXLAN_GPE, &gpe, &gpe_mask), END_ITEM,
        };
        struct rte_flow_item geneve_items[] = {
          OPEN(ETH), OPEN(IPV4), OPEN(UDP), ITEM(GENEVE, &geneve, &geneve_mask), END_ITEM,
        };
        struct rte_flow_item nvgre_items[] = {
          OPEN(ETH), ITEM(IPV4, &proto, &proto_mask), ITEM(NVGRE, &nvgre, &nvgre_mask), END_ITEM,
        };
        struct rte_flow_item gre_items[] = {
          OPEN(ETH), OPEN(IPV6), ITEM(GRE, &gre, &gre_mask), ITEM(GRE_KEY, &key, &key_mask),
          END_ITEM,
        };
        struct rte_flow_item dst_items[] = {ITEM(ETH, &dst, &dst_mask), END_ITEM};

        struct rte_flow_action many[] = {
          ACTION(MARK, &mark), ACTION(RSS, &rss), ACTION(COUNT, &count), END_ACTION,
        };
        struct rte_flow_action to_queue[] = {ACTION(QUEUE, &queue), END_ACTION};
        struct rte_flow_action raw_decap[] = {
          ACTION(RAW_DECAP, &decap), ACTION(QUEUE, &queue), END_ACTION,
        };
        struct rte_flow_action drop[] = {
          ACTION(NVGRE_DECAP, NULL), ACTION(DROP, NULL), END_ACTION,
        };
        struct rte_flow_action jumps[] = {
          ACTION(VXLAN_DECAP, NULL), ACTION(JUMP, &jump), END_ACTION,
        };
        struct rte_flow_action push_vxlan[] = {ACTION(VXLAN_ENCAP, &vxlan_encap), END_ACTION};
        struct rte_flow_action push_nvgre[] = {ACTION(NVGRE_ENCAP, &nvgre_encap), END_ACTION};
        struct rte_flow_action push_raw[] = {ACTION(RAW_ENCAP, &encap), END_ACTION};

        const struct rte_flow_item *items[] = {
          outer, gpe_items, geneve_items, nvgre_items, gre_items, dst_items, dst_items, dst_items,
        };
        const struct rte_flow_action *actions[] = {
          many, to_queue, raw_decap, drop, jumps, push_vxlan, push_nvgre, push_raw,
        };
        if (rule == 0) {
          attr.group = 3;
          attr.priority = 7;
        }
        print_rule((char *) text, size, &attr, items[rule], actions[rule]);
      }

      void expected_tunnel(int ipv6, uint64_t text, int size) {
        struct rte_flow_tunnel tunnel;
        memset(&tunnel, 0, sizeof tunnel);
        tunnel.type = RTE_FLOW_ITEM_TYPE_VXLAN;
        tunnel.tun_id = 0xabcdef;
        tunnel.tp_dst = RTE_BE16(4789);
        tunnel.is_ipv6 = ipv6;
        if (ipv6) {
          memcpy(&tunnel.ipv6.src_addr, a6, 16);
          memcpy(&tunnel.ipv6.dst_addr, b6, 16);
        } else {
          tunnel.ipv4.src_addr = RTE_BE32(RTE_IPV4(198, 51, 100, 1));
          tunnel.ipv4.dst_addr = RTE_BE32(RTE_IPV4(192, 0, 2, 1));
        }
        print_tunnel((uint64_t) &tunnel, text, size);
      }
      """;

  private static final MethodHandle PRINT;
  private static final MethodHandle PRINT_TUNNEL;
  private static final MethodHandle EXPECTED;
  private static final MethodHandle EXPECTED_TUNNEL;

  static {
    SymbolLookup library = SymbolLookup.libraryLookup(compile(), Arena.global());
    FunctionDescriptor numbered = FunctionDescriptor.ofVoid(JAVA_INT, JAVA_LONG, JAVA_INT);
    PRINT =
        handle(
            library,
            "print",
            FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    PRINT_TUNNEL =
        handle(library, "print_tunnel", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT));
    EXPECTED = handle(library, "expected", numbered);
    EXPECTED_TUNNEL = handle(library, "expected_tunnel", numbered);
  }

  private FlowProbe() {}

  private static Path compile() {
    try {
      Path source = Files.createTempFile("gatun-flow", ".c");
      Path library = Files.createTempFile("gatun-flow", ".so");
      library.toFile().deleteOnExit();
      Files.writeString(source, SOURCE);
      List<String> gcc = new ArrayList<>(List.of("gcc", "-w", "-shared", "-fPIC"));
      String flags = Tool.run("pkg-config", "--cflags", "libdpdk").orFail();
      gcc.addAll(Arrays.asList(flags.strip().split("\\s+", -1)));
      gcc.addAll(List.of("-o", library.toString(), source.toString()));
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

  /** What C reads in a rule that Java wrote. */
  static String print(NativeRule rule) {
    return text(PRINT, rule.attr().address(), rule.pattern().address(), rule.actions().address());
  }

  /** What C reads in a tunnel that Java wrote. */
  static String print(MemorySegment tunnel) {
    return text(PRINT_TUNNEL, tunnel.address());
  }

  /** A rule that C wrote, by its number in the source above. */
  static String expected(int rule) {
    return text(EXPECTED, rule);
  }

  /** A tunnel that C wrote. */
  static String expectedTunnel(int ipVersion) {
    return text(EXPECTED_TUNNEL, ipVersion == 6 ? 1 : 0);
  }

  private static String text(MethodHandle function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(TEXT_BYTES);
      Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
      all[arguments.length] = text.address();
      all[arguments.length + 1] = TEXT_BYTES;
      function.invokeWithArguments(all);
      return text.getString(0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
