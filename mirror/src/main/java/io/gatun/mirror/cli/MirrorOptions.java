package io.gatun.mirror.cli;

import io.gatun.mirror.engine.Completion;
import io.gatun.mirror.session.MirrorSettings;
import io.gatun.mirror.session.SessionConfig;
import io.gatun.mirror.session.SessionText;
import io.gatun.pmd.cli.UsageException;
import io.gatun.pmd.run.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options of {@code gatun mirror} beside those of forward and of every command. Most describe one
 * session; {@code --session} gives more. A picocli mixin.
 */
final class MirrorOptions {
  private static final Map<String, Completion> COMPLETIONS = completions();
  private static final String AUTO = "auto";

  @Option(
      names = "--source",
      paramLabel = "PORT[:rx|tx|both]|drops",
      description =
          "Packets that PORT receives, transmits, or both (default), or those that Gatun drops;"
              + " repeatable")
  List<String> sources = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "DEST",
      description = {
        "Where they go; repeatable, a packet visits all in this order:",
        "  port:N                        SPAN: the frame as it is",
        "  rspan:port=N,vlan=ID[,pcp=0..7]",
        "  erspan1:ENDS  erspan2:ENDS,session=0..1023[,index=N]",
        "  erspan3:ENDS,session=0..1023[,hwid=N][,sgt=N]",
        "  gre:ENDS[,key=N]  vxlan:ENDS,vni=N[,udp-port=N][,csum=on|off]",
        "  ENDS: [port=N,]local=ADDR,remote=ADDR[,mac=MAC][,src-mac=MAC][,dscp=N][,ttl=N]"
            + "[,vlan=ID[:PCP]]",
        "  (without port=N: the only port that does not forward)",
        "  pcapng:PATH[,size=100MB][,seconds=60][,files=10]"
      })
  List<String> destinations = new ArrayList<>();

  @Option(
      names = "--filter",
      paramLabel = "EXPR",
      description = "Only packets that match, in tcpdump's syntax (pcap-filter(7))")
  @Nullable String filter;

  @Option(
      names = "--filter-inner",
      paramLabel = "EXPR",
      description = "Only tunnelled packets whose inner frame matches")
  @Nullable String filterInner;

  @Option(
      names = "--sample",
      paramLabel = "N[:flow]",
      description = "One in N of them, or with :flow all packets of one in N flows")
  @Nullable String sample;

  @Option(
      names = "--snaplen",
      paramLabel = "BYTES",
      description = "At most so many bytes of a frame, 14 to 65535 (default: all)")
  @Nullable String snaplen;

  @Option(
      names = "--rate",
      paramLabel = "N[k|M|G]pps|bps",
      description = "At most so many frames or bits a second to each destination, as in 1Mpps")
  @Nullable String rate;

  @Option(
      names = "--policy",
      paramLabel = "best-effort|hold",
      description = {
        "best-effort: what a destination cannot take is left out and counted (default)",
        "hold: nothing is left out; the source waits, until --deadline"
      })
  @Nullable String policy;

  @Option(
      names = "--hold-max",
      paramLabel = "DURATION",
      description = "Longest wait of a packet for its mirror, best-effort (default: 100us)")
  @Nullable String holdMax;

  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      description =
          "A destination that completes nothing for so long counts as dead, hold (default: 1s)")
  @Nullable String deadline;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      description = "Most frames that wait for a destination on one lcore (default: 2048)")
  @Nullable String backlog;

  @Option(names = "--copy", description = "Send copies instead of the buffers themselves")
  boolean copy;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The session's name: letters, digits and _ (default: mirror)")
  @Nullable String name;

  @Option(
      names = "--session",
      paramLabel = "'KEY=VALUE ...'",
      description =
          "A further session: the options above as keys, as in 'name=web source=0:rx to=port:2"
              + " filter=\"tcp port 80\"'; repeatable")
  List<String> sessions = new ArrayList<>();

  @Option(
      names = "--monitors",
      split = ",",
      paramLabel = "PORT",
      description = "Further ports that sessions added at run time may be sent to")
  List<String> monitors = new ArrayList<>();

  @Option(
      names = "--max-held",
      defaultValue = "" + MirrorSettings.DEFAULT_MAX_HELD,
      description = "Most buffers withheld at once on one lcore (default: ${DEFAULT-VALUE})")
  int maxHeld = MirrorSettings.DEFAULT_MAX_HELD;

  @Option(
      names = "--completion",
      paramLabel = "auto|burst|refcnt|status",
      description =
          "How transmissions are seen to complete: released in the burst, reference count,"
              + " descriptor status (default: what each port has)")
  String completion = AUTO;

  private static Map<String, Completion> completions() {
    Map<String, Completion> map = new LinkedHashMap<>();
    map.put("burst", Completion.IN_BURST);
    map.put("refcnt", Completion.REFERENCE_COUNT);
    map.put("status", Completion.DESCRIPTOR_STATUS);
    return map;
  }

  /** How a word of {@code --completion} is meant; null for auto. */
  static @Nullable Completion completion(String word) {
    Completion found = COMPLETIONS.get(word);
    if (found == null && !word.equals(AUTO)) {
      List<String> words = new ArrayList<>(List.of(AUTO));
      words.addAll(COMPLETIONS.keySet());
      throw new IllegalArgumentException(
          "completion: \"%s\" is none of %s%s"
              .formatted(word, String.join(", ", words), Nearest.hint(word, words)));
    }
    return found;
  }

  MirrorSettings settings() {
    return new MirrorSettings(maxHeld, completion(completion));
  }

  /**
   * The sessions that the options describe; without ports checked.
   *
   * @throws UsageException with key, value, what is allowed
   */
  List<SessionConfig> sessions() {
    List<SessionConfig> all = new ArrayList<>();
    Map<String, List<String>> first = values();
    if (!first.isEmpty()) {
      all.add(SessionText.read(first, "mirror"));
    }
    for (String line : sessions) {
      all.add(SessionText.read(SessionText.ofLine(line), "session" + (all.size() + 1)));
    }
    if (all.isEmpty() && monitors.isEmpty()) {
      throw new UsageException(
          "nothing is to be mirrored: give --source and --to, or --session, or --monitors for"
              + " sessions that are added at run time");
    }
    return all;
  }

  private Map<String, List<String>> values() {
    Map<String, List<String>> values = new LinkedHashMap<>();
    put(values, SessionText.SOURCE, sources);
    put(values, SessionText.TO, destinations);
    put(values, "filter", one(filter));
    put(values, "filter-inner", one(filterInner));
    put(values, "sample", one(sample));
    put(values, "snaplen", one(snaplen));
    put(values, "rate", one(rate));
    put(values, "policy", one(policy));
    put(values, "hold-max", one(holdMax));
    put(values, "deadline", one(deadline));
    put(values, "backlog", one(backlog));
    put(values, "copy", copy ? List.of("true") : List.of());
    put(values, SessionText.NAME, one(name));
    return values;
  }

  private static List<String> one(@Nullable String text) {
    return text == null ? List.of() : List.of(text);
  }

  private static void put(Map<String, List<String>> values, String key, List<String> texts) {
    if (!texts.isEmpty()) {
      values.put(key, texts);
    }
  }
}
