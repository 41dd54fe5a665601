/**
 * {@code gatun gateway} from outside: pcap files in, pcap files out, judged by tshark and scapy;
 * net_tap against the Linux kernel; and millions of mutated packets.
 */
@NullMarked
package io.gatun.hw.gateway;

import org.jspecify.annotations.NullMarked;
