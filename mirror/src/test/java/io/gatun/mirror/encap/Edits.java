package io.gatun.mirror.encap;

import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One of each edit, over IPv4 and IPv6, with and without an outer tag. */
final class Edits {
  static final MacAddress PORT = MacAddress.parse("02:00:00:00:00:0a");

  /** What a lane is made of; each call of {@link #make} starts counting anew. */
  record Case(String name, EncapsulationSpec spec) {
    FrameEdit make() {
      return FrameEdits.of(spec, PORT);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<String> TUNNELS =
      List.of(
          "erspan1",
          "erspan2 session=7 index=77777",
          "erspan3 session=1023 hwid=42 sgt=0xabcd",
          "gre",
          "gre key=0xfedcba98",
          "vxlan vni=0xabcdef",
          "vxlan vni=1 port=8472 csum=on");

  private static final List<String> ENDS =
      List.of(
          "local=192.0.2.1 remote=198.51.100.2",
          "local=192.0.2.1 remote=198.51.100.2 mac=02:00:00:00:00:0b dscp=63 vlan=4094:7 ttl=255",
          "local=2001:db8::1 remote=2001:db8:ffff::2",
          "local=2001:db8::1 remote=2001:db8::2 src-mac=02:00:00:00:00:0c dscp=46 vlan=0:1 ttl=1");

  private Edits() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>(tunnels());
    cases.add(of("span"));
    cases.add(of("rspan vlan=4094"));
    cases.add(of("rspan vlan=1 pcp=7"));
    return cases;
  }

  static List<Case> tunnels() {
    List<Case> cases = new ArrayList<>();
    TUNNELS.forEach(kind -> ENDS.forEach(ends -> cases.add(of(kind + " " + ends))));
    return cases;
  }

  /** From words: the kind, then keys with values. */
  static Case of(String text) {
    String[] words = text.split(" ", -1);
    return new Case(text, EncapsulationSpec.parse(words[0], settings(text)));
  }

  static Map<String, String> settings(String text) {
    Map<String, String> settings = new TreeMap<>();
    for (String word : text.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        settings.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return settings;
  }

  static Endpoints endpoints(int version) {
    return Endpoints.of(
            IpAddress.parse(version == 4 ? "192.0.2.1" : "2001:db8::1"),
            IpAddress.parse(version == 4 ? "192.0.2.2" : "2001:db8::2"))
        .from(PORT);
  }
}
