package io.gatun.hw.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Open vSwitch with DPDK as a tunnel end point, started by hand: two bridges of the user space
 * datapath, the tenant's port and the tunnel on one, the underlay's port on the other, one PMD
 * thread on lcore 1.
 *
 * <p>Database, sockets and log are in a folder of its own. It runs in a network namespace of its
 * own, which goes with it, because its bridges make net devices.
 */
final class OvsPeer implements AutoCloseable {
  private static final Path SWITCH = Path.of("/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk");
  private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

  // OpenFlow numbers on the bridges.
  private static final int PORT = 1;
  private static final int TUNNEL = 9;
  private static final int SINK = 2;
  private static final int MONITOR = 3;

  /** What a DPDK port may send: the largest of IMIX with its outer header fits. */
  private static final int MTU = 1600;

  private static final Pattern DURATION = Pattern.compile("Measurement duration: ([\\d.]+) s");
  private static final Pattern RECEIVED = Pattern.compile("\\n\\s+Rx packets:\\s+(\\d+)");
  private static final Pattern SENT =
      Pattern.compile(
          "port \\d+: (?:tenant|underlay|sink|monitor) .*\\n.*\\n\\s+TX packets:(\\d+)");

  private static final long START_MILLIS = 10_000;
  private static final long PROBE_MILLIS = 100;

  private final Scratch scratch = Scratch.make();
  private final EalPrefix prefix = EalPrefix.take();
  private final List<Program> programs = new ArrayList<>();

  /** How many packets it sends for each that it receives. */
  private int sentForEach = 1;

  /**
   * Starts it with the bridges of a tunnel end point and without ports.
   *
   * @param underlayMac address of the underlay's bridge, to which tunnel packets come
   */
  OvsPeer(String underlayMac) throws IOException, InterruptedException {
    this();
    try {
      vsctl("add-br", "tenants", "--", "set", "bridge", "tenants", "datapath_type=netdev");
      vsctl("set", "bridge", "tenants", "fail_mode=secure");
      vsctl("add-br", "phy", "--", "set", "bridge", "phy", "datapath_type=netdev");
      vsctl("set", "bridge", "phy", "fail_mode=secure", "other-config:hwaddr=" + underlayMac);
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private OvsPeer() throws IOException, InterruptedException {
    try {
      start();
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** Starts it with a bridge that forwards what it is told to, and without ports. */
  static OvsPeer withoutTunnels() throws IOException, InterruptedException {
    OvsPeer ovs = new OvsPeer();
    try {
      ovs.vsctl("add-br", "switch", "--", "set", "bridge", "switch", "datapath_type=netdev");
      ovs.vsctl("set", "bridge", "switch", "fail_mode=secure");
    } catch (IOException | InterruptedException e) {
      ovs.close();
      throw e;
    }
    return ovs;
  }

  private void start() throws IOException, InterruptedException {
    if (!Files.isExecutable(SWITCH)) {
      throw new IOException(SWITCH + " is missing: apt-get install openvswitch-switch-dpdk");
    }
    String database = scratch.file("conf.db").toString();
    Program.run(List.of("ovsdb-tool", "create", database, SCHEMA.toString()));
    launch(
        List.of(
            "ovsdb-server",
            database,
            "--remote=punix:" + scratch.file("db.sock"),
            "--unixctl=" + scratch.file("db.ctl"),
            "--pidfile=" + scratch.file("db.pid")));
    await(scratch.file("db.sock"));
    vsctl("--no-wait", "init");
    vsctl(
        "--no-wait",
        "set",
        "Open_vSwitch",
        ".",
        "other_config:dpdk-init=true",
        "other_config:dpdk-lcore-mask=0x1",
        "other_config:pmd-cpu-mask=0x2",
        "other_config:dpdk-extra=--no-pci --in-memory --socket-limit=256 " + prefix.argument());
    launch(
        List.of(
            "unshare",
            "--net",
            SWITCH.toString(),
            "unix:" + scratch.file("db.sock"),
            "--unixctl=" + scratch.file("switch.ctl"),
            "--pidfile=" + scratch.file("switch.pid")));
    await(scratch.file("switch.ctl"));
  }

  private void launch(List<String> line) throws IOException {
    String folder = scratch.folder().toString();
    programs.add(
        Program.start(
            line,
            scratch.folder(),
            Map.of("OVS_RUNDIR", folder, "OVS_DBDIR", folder, "OVS_LOGDIR", folder)));
  }

  private void await(Path socket) throws IOException, InterruptedException {
    long end = System.nanoTime() + START_MILLIS * 1_000_000;
    while (!Files.exists(socket)) {
      if (!programs.getLast().isAlive() || System.nanoTime() > end) {
        throw programs.getLast().failed("made no " + socket.getFileName());
      }
      Thread.sleep(10);
    }
  }

  /**
   * Adds the tunnel and the ports, and forwards.
   *
   * @param tenant device arguments of the tenant's port, such as {@code net_null0,no-rx=1}
   * @param underlay those of the underlay's port
   */
  void connect(Tunnel tunnel, String tenant, String underlay)
      throws IOException, InterruptedException {
    vsctl(
        "add-port",
        "tenants",
        "tunnel",
        "--",
        "set",
        "Interface",
        "tunnel",
        "type=" + tunnel.option(),
        "options:remote_ip=" + Tunnel.REMOTE,
        "options:key=" + Tunnel.VNI,
        "ofport_request=" + TUNNEL);
    inNamespace("ip", "address", "add", Tunnel.LOCAL + "/24", "dev", "phy");
    inNamespace("ip", "link", "set", "phy", "up");
    ask("ovs/route/add", "192.168.100.0/24", "phy");
    ask("tnl/arp/set", "phy", Tunnel.REMOTE, Tunnel.REMOTE_MAC);
    flow("tenants", "in_port=%d,actions=output:%d".formatted(PORT, TUNNEL));
    flow("tenants", "in_port=%d,actions=output:%d".formatted(TUNNEL, PORT));
    flow("phy", "in_port=LOCAL,actions=output:%d".formatted(PORT));
    flow("phy", "in_port=%d,actions=LOCAL".formatted(PORT));
    addPort("phy", "underlay", underlay);
    addPort("tenants", "tenant", tenant);
  }

  /**
   * Adds two ports and forwards from the first to the second.
   *
   * @param source device arguments
   * @param sink device arguments
   */
  void forward(String source, String sink) throws IOException, InterruptedException {
    flow("switch", "in_port=%d,actions=output:%d".formatted(PORT, SINK));
    addPort("switch", "source", source, PORT);
    addPort("switch", "sink", sink, SINK);
  }

  /** Adds a third port that gets everything as well. */
  void mirror(String device) throws IOException, InterruptedException {
    addPort("switch", "monitor", device, MONITOR);
    vsctl(
        "--",
        "--id=@port",
        "get",
        "port",
        "monitor",
        "--",
        "--id=@mirror",
        "create",
        "mirror",
        "name=all",
        "select-all=true",
        "output-port=@port",
        "--",
        "set",
        "bridge",
        "switch",
        "mirrors=@mirror");
    sentForEach = 2;
  }

  private void addPort(String bridge, String name, String device)
      throws IOException, InterruptedException {
    addPort(bridge, name, device, PORT);
  }

  private void addPort(String bridge, String name, String device, int number)
      throws IOException, InterruptedException {
    vsctl(
        "add-port",
        bridge,
        name,
        "--",
        "set",
        "Interface",
        name,
        "type=dpdk",
        "options:dpdk-devargs=" + device,
        "mtu_request=" + MTU,
        "ofport_request=" + number);
  }

  /**
   * Millions of packets a second that it received and sent on.
   *
   * @throws IOException if it did not send on what it received
   */
  double mpps(double seconds) throws IOException, InterruptedException {
    long end = System.nanoTime() + START_MILLIS * 1_000_000;
    // Flows that were made before the tunnel's address was known drop everything.
    ask("revalidator/purge");
    while (sentPart(PROBE_MILLIS) < 0.9) {
      if (System.nanoTime() > end) {
        throw programs.getLast().failed("forwards nothing: " + statistics());
      }
      ask("revalidator/purge");
    }
    double rate = Double.NaN;
    double part = sentPart((long) (seconds * 1000));
    if (part > 0.97 && part < 1.03) {
      String text = ask("dpif-netdev/pmd-perf-show");
      rate = number(RECEIVED, text) / number(DURATION, text) / 1e6;
    }
    if (!(rate > 0)) {
      throw programs.getLast().failed("sent on only %.3f of its packets".formatted(part));
    }
    return rate;
  }

  /** How much of what it received in some time it sent. Begins a new measurement. */
  private double sentPart(long millis) throws IOException, InterruptedException {
    ask("dpif-netdev/pmd-stats-clear");
    double before = sent();
    Thread.sleep(millis);
    double received = number(RECEIVED, ask("dpif-netdev/pmd-perf-show"));
    return received == 0 ? 0 : (sent() - before) / sentForEach / received;
  }

  private double sent() throws IOException, InterruptedException {
    Matcher matcher = SENT.matcher(statistics());
    double sum = 0;
    while (matcher.find()) {
      sum += Double.parseDouble(matcher.group(1));
    }
    return sum;
  }

  private String statistics() throws IOException, InterruptedException {
    return ask("dpctl/show", "-s");
  }

  private static double number(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("OVS of another version? No " + pattern + " in " + text);
    }
    return Double.parseDouble(matcher.group(1));
  }

  /** Sends a frame through the datapath as if the bridge's DPDK port had received it. */
  void inject(String bridge, byte[] frame) throws IOException, InterruptedException {
    String hex = HexFormat.of().formatHex(frame);
    String out = bridge.equals("phy") ? "LOCAL" : Integer.toString(TUNNEL);
    Program.run(
        List.of(
            "ovs-ofctl",
            "packet-out",
            scratch.file(bridge + ".mgmt").toString(),
            "in_port=%d packet=%s actions=output:%s".formatted(PORT, hex, out)));
  }

  /** Closes the DPDK ports, so that capture files are complete. */
  void disconnect() throws IOException, InterruptedException {
    vsctl("del-port", "tenant");
    vsctl("del-port", "underlay");
  }

  private void flow(String bridge, String flow) throws IOException, InterruptedException {
    String socket = scratch.file(bridge + ".mgmt").toString();
    Program.run(List.of("ovs-ofctl", "add-flow", socket, flow));
  }

  private void vsctl(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("ovs-vsctl", "--timeout=30", "--db=unix:" + scratch.file("db.sock")));
    line.addAll(List.of(arguments));
    Program.run(line);
  }

  private String ask(String... command) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("ovs-appctl", "--timeout=30", "-t", scratch.file("switch.ctl").toString()));
    line.addAll(List.of(command));
    return Program.run(line);
  }

  private void inNamespace(String... command) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("nsenter", "--net", "--target=" + programs.getLast().pid()));
    line.addAll(List.of(command));
    Program.run(line);
  }

  @Override
  public void close() throws IOException {
    for (Program program : programs.reversed()) {
      program.close();
    }
    prefix.close();
    scratch.close();
  }
}
