package io.gatun.hw.nest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.hw.qemu.GuestConfig;
import io.gatun.hw.qemu.GuestException;
import io.gatun.hw.qemu.GuestGatun;
import io.gatun.hw.qemu.InnerMachine;
import io.gatun.hw.qemu.QemuGuest;
import io.gatun.hw.qemu.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * Machines inside of each other, an extender in each that holds others, and in the innermost one a
 * guest that wants an interface. The outermost machine has the NIC. Used by one thread; closing it
 * ends all machines.
 */
public final class Nest implements AutoCloseable {
  /** What the outermost extender grants: VLAN and the first MAC address. */
  public static final int VLAN = 100;

  /** See {@link #VLAN}. */
  public static final String MAC = "52:54:00:00:01:00";

  /** Virtual functions that the outermost level makes: enough for two guests at a time. */
  public static final int FUNCTIONS = 2;

  private static final String LAST_MAC = "52:54:00:00:01:ff";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int POLL_MILLIS = 100;
  private static final int MACHINE_MEGABYTES = 1700;

  /** Of the machines inside, the outer one first: each has its own and the next one's. */
  private static final int[] INNER_MEGABYTES = {800, 384};

  /** Of the machine in which Gatun drives the interface. */
  private static final int HUGE_PAGES = 24;

  private final NestImages images;
  private final List<String> later;
  private final BiConsumer<String, String> progress;
  private final List<NestLevel> levels = new ArrayList<>();
  private final List<LevelExtender> extenders = new ArrayList<>();

  private Nest(NestImages images, List<String> later, BiConsumer<String, String> progress) {
    this.images = images;
    this.later = List.copyOf(later);
    this.progress = progress;
  }

  /**
   * Boots the machines.
   *
   * @param levels how many, 1 to 3
   * @param progress is told level and words
   */
  public static Nest boot(int levels, BiConsumer<String, String> progress)
      throws IOException, InterruptedException {
    return boot(levels, List.of(), progress);
  }

  /**
   * Boots the machines.
   *
   * @param later names of machines that the outermost one may start, beside l1 ({@link #bootLater})
   */
  public static Nest boot(int levels, List<String> later, BiConsumer<String, String> progress)
      throws IOException, InterruptedException {
    Nest nest = new Nest(NestImages.make(), later, progress);
    try {
      nest.bootAll(levels);
      return nest;
    } catch (RuntimeException e) {
      nest.close();
      throw e;
    }
  }

  private void bootAll(int count) {
    List<String> names = IntStream.range(1, count).mapToObj(number -> "l" + number).toList();
    progress.accept("l0", "boots: a server with an SR-IOV NIC, an IOMMU and virtualization");
    GuestConfig config = new GuestConfig(MACHINE_MEGABYTES, count == 1 ? HUGE_PAGES : 0, 1);
    List<String> inside = new ArrayList<>(names);
    inside.addAll(later);
    NestLevel level = NestLevel.boot(images, config, inside);
    levels.add(level);
    level.loadModules("igb", "igbvf", "vfio-pci", "vfio_iommu_type1");
    for (int inner = 1; inner < count; inner++) {
      level.loadModules("kvm-amd nested=1");
      String name = names.get(inner - 1);
      int pages = inner == count - 1 ? HUGE_PAGES : 0;
      int megabytes = INNER_MEGABYTES[inner - 1];
      progress.accept(name, "boots under KVM in " + level.name());
      level =
          level
              .start(new InnerMachine(name, megabytes, pages, names.subList(inner, names.size())))
              .awaitReady();
      levels.add(level);
      level.loadModules("igbvf", "vfio-pci", "vfio_iommu_type1");
    }
    progress.accept(level.name(), "is up");
  }

  /** Boots another machine in the outermost one, beside l1; a guest's, by its size. */
  public NestLevel bootLater(String name) {
    progress.accept(name, "boots under KVM in l0");
    InnerMachine machine = new InnerMachine(name, INNER_MEGABYTES[1], HUGE_PAGES, List.of());
    NestLevel level = outermost().start(machine).awaitReady();
    level.loadModules("igbvf", "vfio-pci", "vfio_iommu_type1");
    return level;
  }

  // ---- the chain --------------------------------------------------------------------------------

  /** Starts an extender in each level but the innermost, from the outermost on. */
  public void startExtenders() {
    for (int number = 0; number < levels.size() - 1; number++) {
      extenders.add(LevelExtender.start(levels.get(number), "extender", extenderConfig(number)));
    }
  }

  /** What the extender of a level is told: who is inside, and what that machine may have. */
  public ObjectNode extenderConfig(int number) {
    ObjectNode config = outwards(number);
    List<String> names = new ArrayList<>(List.of(levels.get(number + 1).name()));
    names.addAll(number == 0 ? later : List.of());
    ArrayNode machines = config.putArray("machines");
    for (String name : names) {
      ObjectNode machine = machines.addObject().put("name", name);
      machine.put("qmp", InnerMachine.qmp(name).toString());
      machine.put("channel", InnerMachine.extender(name).toString());
      if (number == 0) {
        ObjectNode limits = machine.putObject("limits");
        limits.putArray("macs").add(MAC + "-" + LAST_MAC);
        limits.putArray("vlans").add(Integer.toString(VLAN));
      }
    }
    return config;
  }

  static ObjectNode outwards(int number) {
    ObjectNode config = JSON.createObjectNode();
    if (number == 0) {
      ObjectNode physical = config.putArray("functions").addObject();
      physical.put("physical", GuestConfig.address(0)).put("number", FUNCTIONS);
    } else {
      config.put("outer", LevelExtender.OUTWARDS);
    }
    return config;
  }

  /**
   * Starts the guest in the innermost level: it asks for one interface and starts Gatun on it,
   * which swaps the addresses of what it gets and sends it back.
   */
  public LevelExtender startGuest() {
    ObjectNode config = outwards(levels.size() - 1);
    ObjectNode wanted = config.putArray("interfaces").addObject();
    wanted.put("name", "eth0").put("fallback", false).put("spoof-check", true);
    if (levels.size() == 1) {
      wanted.put("mac", MAC).put("vlan", VLAN); // nobody outside decides
    }
    echo().forEach(config.putArray("run")::add);
    LevelExtender guest = LevelExtender.start(innermost(), "guest", config);
    extenders.add(guest);
    return guest;
  }

  /** Polls all the time and says nothing: what the machines around it do is not its doing. */
  static List<String> echo() {
    List<String> line = GuestGatun.commandLine("forward");
    line.addAll(GuestGatun.ealArguments());
    line.addAll(List.of("-m", "32", "-a", "{address}", "--"));
    line.addAll(List.of("--mode=macswap", "--ports=0", "--port-topology=loop", "--idle=busy"));
    line.addAll(List.of("--rxd=256", "--txd=256", "--mbufs=2048", "--stats-period=0", "--json"));
    return line;
  }

  /** Tells what the extenders say until the guest has its interface. */
  public void awaitActive() {
    LevelExtender guest = extenders.getLast();
    while (!guest.command().errors().contains("eth0 active")) {
      tellNews();
      for (LevelExtender one : extenders) {
        if (!one.command().isRunning()) {
          throw new GuestException(
              "%s: gatun nest has ended: %s".formatted(one.level().name(), one.command().errors()));
        }
      }
      sleep();
    }
    tellNews();
  }

  /** Hands what the extenders have said since then to the listener. */
  public void tellNews() {
    for (LevelExtender one : extenders) {
      one.news().forEach(line -> progress.accept(one.level().name(), line));
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GuestException("interrupted", e);
    }
  }

  /** The guest's only interface as its own extender has it: settings, unenforced, address ... */
  public JsonNode lease() {
    return extenders.getLast().newestLease();
  }

  /** Where the guest's function is seen, by level, from the outermost on. */
  public static Map<String, String> chain(JsonNode lease) {
    Map<String, String> chain = new LinkedHashMap<>();
    lease
        .path("outerChain")
        .forEach(hop -> chain.put(hop.path("level").asText(), hop.path("address").asText()));
    chain.put("l" + chain.size(), lease.path("address").asText());
    return chain;
  }

  // ---- parts ------------------------------------------------------------------------------------

  /** The machines, from the outermost on. */
  public List<NestLevel> levels() {
    return List.copyOf(levels);
  }

  /** What runs in them, from the outermost on. */
  public List<LevelExtender> extenders() {
    return List.copyOf(extenders);
  }

  /** The server. */
  public NestLevel outermost() {
    return levels.getFirst();
  }

  /** The machine with the guest. */
  public NestLevel innermost() {
    return levels.getLast();
  }

  /** What the NIC is plugged into. */
  public Wire wire() {
    return server().wire(0);
  }

  QemuGuest server() {
    return outermost().outermost();
  }

  @Override
  public void close() throws IOException {
    if (!levels.isEmpty()) {
      server().close();
    }
    images.close();
  }
}
