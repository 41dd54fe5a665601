package io.gatun.hw.mirror;

import java.util.List;

/** Expressions from every section of pcap-filter(7). */
public final class FilterExpressions {
  /** Each matches some of the frames of {@code filter_frames.py}, and not all. */
  public static final List<String> ALL =
      """
      host 192.0.2.1
      src host 192.0.2.1
      dst host 192.0.2.2
      src or dst host 198.51.100.7
      src and dst host 192.0.2.1
      host 2001:db8::1
      ip6 src host 2001:db8::2
      arp host 192.0.2.1
      ether host 02:00:00:00:00:01
      ether src 02:00:00:00:00:02
      ether dst ff:ff:ff:ff:ff:ff
      net 192.0.2.0/24
      src net 10
      dst net 198.51.100.0 mask 255.255.255.0
      net 2001:db8::/32
      ip6 dst net ff00::/8
      port 53
      src port 80
      dst port 443
      tcp port 80
      udp dst port 53
      sctp port 22
      portrange 6000-6010
      tcp src portrange 1-1023
      udp portrange 50-60 or portrange 440-450
      less 60
      greater 100
      len > 60 and len <= 128
      ip
      ip6
      arp
      rarp
      atalk
      aarp
      decnet
      ipx
      iso
      stp
      netbeui or lat or moprc or mopdl or iso
      ether proto 0x88cc
      ether proto \\ip
      tcp
      udp
      icmp
      icmp6
      igmp
      igrp
      pim
      ah
      esp
      vrrp
      sctp
      ip proto 17
      ip proto \\tcp
      ip6 proto 58
      proto 89
      ether broadcast
      ether multicast
      broadcast
      multicast
      ip broadcast
      ip multicast
      ip6 multicast
      vlan
      vlan 5
      vlan 5 and tcp
      vlan 9 and vlan 7
      vlan and vlan and ip
      mpls
      mpls 100
      mpls 100 and mpls 1024
      mpls and host 192.0.2.1
      pppoed
      pppoes
      pppoes 1
      pppoes and ip and tcp
      geneve
      geneve 7 and udp
      llc
      llc u
      link[0] & 1 != 0
      ether[0] & 1 = 0
      ether[12:2] > 1500
      ip[6:2] & 0x1fff != 0
      ip[0] & 0xf != 5
      ip[8] < 5
      ip[2:2] - ((ip[0] & 0xf) << 2) > 100
      (ip[1] & 0xfc) >> 2 = 0x2e
      tcp[tcpflags] & tcp-syn != 0
      tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn
      tcp[13] = 18
      tcp[12:1] & 0xf0 > 0x50
      tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)
      icmp[icmptype] = icmp-echo
      icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply
      icmp6[icmp6type] = icmp6-neighborsolicit
      udp[8:4] != 0
      udp[4:2] % 2 = 1
      ip[2:2] / 16 = 3
      ip[2:2] * 2 > 200
      ip[8] ^ 0xff = 0 or ip[8] | 0xfe = 0xff
      ip[ip[0] & 0xf] != 0
      ip6[6] = 44
      ip6[40] = 58
      ether[len - 1] = 0
      ip[2:2] + 14 != len
      -ip[8] & 0xff = 1
      ip[2:2] / (ip[8] & 1) > 5
      1 << (ip[9] & 0x3f) & 0x2 != 0
      not ip
      not (tcp or udp) and not arp
      ip and not (src net 192.0.2.0/24 or dst net 192.0.2.0/24)
      tcp and (port 22 or port 80) and not host 10.1.2.3
      (host 192.0.2.1 and (port 53 or 443)) or (icmp and greater 50) or vlan
      ip host 192.0.2.1 and ! tcp port 80 && ! udp
      """
          .lines()
          .toList();

  private FilterExpressions() {}
}
