package io.gatun.nest.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.machine.Machine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A QEMU: speaks QMP, has root ports, takes functions of the level it runs on and shows them to the
 * level inside.
 */
final class SimVm {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long APPEAR_NANOS = 400_000_000;

  /** What is plugged. */
  static final class Device {
    final String id;
    final String bus;
    final @Nullable String host;
    final SimFunctions.@Nullable Function hostFunction;
    final SimFunctions.Function guestFunction;
    final long visibleNanos;
    boolean visible;
    boolean leaving;

    Device(
        String id,
        String bus,
        @Nullable String host,
        SimFunctions.@Nullable Function hostFunction,
        SimFunctions.Function guestFunction,
        long visibleNanos) {
      this.id = id;
      this.bus = bus;
      this.host = host;
      this.hostFunction = hostFunction;
      this.guestFunction = guestFunction;
      this.visibleNanos = visibleNanos;
    }
  }

  private record Line(String text, long atNanos) {}

  final String name;
  final Map<String, Device> devices = new LinkedHashMap<>();
  private final SimFunctions host;
  private final SimFunctions guest;
  private final int ports;
  private final Random random;
  private final LongSupplier now;
  private final TreeSet<String> netdevs = new TreeSet<>();
  private final Deque<Line> commands = new ArrayDeque<>();
  private final Deque<Line> answers = new ArrayDeque<>();
  private boolean connected;
  private boolean capable;
  boolean running = true;
  boolean stubborn;
  boolean refusing;

  SimVm(
      String name,
      SimFunctions host,
      SimFunctions guest,
      int ports,
      Random random,
      LongSupplier now) {
    this.name = name;
    this.host = host;
    this.guest = guest;
    this.ports = ports;
    this.random = random;
    this.now = now;
  }

  // ---- the socket -------------------------------------------------------------------------------

  boolean isConnected() {
    return connected;
  }

  void connect() {
    connected = true;
    capable = false;
    commands.clear();
    answers.clear();
    answers.add(new Line("{\"QMP\": {\"version\": {}, \"capabilities\": []}}", later()));
  }

  /** The client is gone; what it had written may or may not have been read. */
  void hangUp() {
    while (!commands.isEmpty() && random.nextBoolean()) {
      execute(commands.removeFirst().text());
    }
    connected = false;
    commands.clear();
    answers.clear();
  }

  void write(String line) {
    if (connected) {
      commands.add(new Line(line, later()));
    }
  }

  private long later() {
    return now.getAsLong() + random.nextLong(40_000_000);
  }

  /** Goes on; hands lines that arrived to the client. */
  boolean work(@Nullable Consumer<String> client) {
    boolean any = settle();
    if (!commands.isEmpty() && commands.getFirst().atNanos() <= now.getAsLong()) {
      execute(commands.removeFirst().text());
      any = true;
    }
    while (!answers.isEmpty() && answers.getFirst().atNanos() <= now.getAsLong()) {
      String text = answers.removeFirst().text();
      any = true;
      if (client != null) {
        client.accept(text);
      }
    }
    return any;
  }

  long nextNanos() {
    long next = Long.MAX_VALUE;
    if (!commands.isEmpty()) {
      next = Math.min(next, commands.getFirst().atNanos());
    }
    if (!answers.isEmpty()) {
      next = Math.min(next, answers.getFirst().atNanos());
    }
    for (Device device : devices.values()) {
      if (!device.visible) {
        next = Math.min(next, device.visibleNanos);
      }
    }
    return next;
  }

  // ---- the machine ------------------------------------------------------------------------------

  /** What appears and what goes. */
  private boolean settle() {
    boolean any = false;
    for (Device device : List.copyOf(devices.values())) {
      if (!device.visible && now.getAsLong() >= device.visibleNanos) {
        device.visible = true;
        any = true;
        guest.present.put(guestAddress(device), device.guestFunction);
        guest.addressBySlot.put(slot(device), guestAddress(device));
      }
      Runnable wantedBack = device.guestFunction.wantedBack;
      if (device.leaving && !stubborn && device.guestFunction.inUse && wantedBack != null) {
        device.guestFunction.wantedBack = null;
        wantedBack.run();
        any = true;
      }
      if (device.leaving && !stubborn && !device.guestFunction.inUse) {
        remove(device);
        event("DEVICE_DELETED", device.id);
        any = true;
      }
    }
    return any;
  }

  private void remove(Device device) {
    devices.remove(device.id);
    guest.present.remove(guestAddress(device));
    guest.addressBySlot.remove(slot(device));
    if (device.hostFunction != null) {
      device.hostFunction.inUse = false;
    }
  }

  /** Its power was lost: everything in it is gone, with what was plugged. */
  void stop() {
    List.copyOf(devices.values()).forEach(this::remove);
    netdevs.clear();
    connected = false;
    commands.clear();
    answers.clear();
    running = false;
  }

  private static String guestAddress(Device device) {
    return "0000:%02x:00.0".formatted(portNumber(device.bus));
  }

  private static String slot(Device device) {
    return "%02x.0/00.0".formatted(portNumber(device.bus));
  }

  private static int portNumber(String bus) {
    return Integer.parseInt(bus.substring(2));
  }

  private void event(String name, String device) {
    ObjectNode event = JSON.createObjectNode().put("event", name);
    event.putObject("data").put("device", device);
    answers.add(new Line(event.toString(), after()));
  }

  private long after() {
    long at = later();
    return answers.isEmpty() ? at : Math.max(at, answers.getLast().atNanos());
  }

  private void execute(String line) {
    try {
      JsonNode command = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode();
      answer.set("id", command.path("id"));
      try {
        String verb = command.path("execute").asText();
        if (!capable && !verb.equals("qmp_capabilities")) {
          throw new Refusal("CommandNotFound", "Expecting capabilities negotiation");
        }
        answer.set("return", run(verb, command.path("arguments")));
      } catch (Refusal e) {
        answer.putObject("error").put("class", e.errorClass).put("desc", e.words);
      }
      answers.add(new Line(answer.toString(), after()));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    final String errorClass;
    final String words;

    Refusal(String errorClass, String words) {
      super(words);
      this.errorClass = errorClass;
      this.words = words;
    }
  }

  private JsonNode run(String verb, JsonNode arguments) throws Refusal {
    ObjectNode nothing = JSON.createObjectNode();
    switch (verb) {
      case "qmp_capabilities" -> capable = true;
      case "qom-list" -> {
        return list();
      }
      case "qom-get" -> {
        String path = arguments.path("path").asText();
        Device device = devices.get(path.substring(path.lastIndexOf('/') + 1));
        if (device == null) {
          throw new Refusal("DeviceNotFound", "no such path");
        }
        return JSON.getNodeFactory().textNode("/machine/peripheral/x/" + device.bus);
      }
      case "query-pci" -> {
        return pci();
      }
      case "netdev_add" -> {
        if (!netdevs.add(arguments.path("id").asText())) {
          throw new Refusal("GenericError", "Duplicate ID");
        }
      }
      case "netdev_del" -> {
        if (!netdevs.remove(arguments.path("id").asText())) {
          throw new Refusal("DeviceNotFound", "not found");
        }
      }
      case "device_add" -> add(arguments);
      case "device_del" -> {
        Device device = devices.get(arguments.path("id").asText());
        if (device == null) {
          throw new Refusal("DeviceNotFound", "Device not found");
        }
        if (device.leaving) {
          throw new Refusal("GenericError", "Device is already in the process of unplug");
        }
        if (random.nextInt(10) == 0) {
          event("DEVICE_UNPLUG_GUEST_ERROR", device.id);
        } else {
          device.leaving = true;
        }
      }
      default -> throw new Refusal("CommandNotFound", verb);
    }
    return nothing;
  }

  private void add(JsonNode arguments) throws Refusal {
    String id = arguments.path("id").asText();
    String bus = arguments.path("bus").asText();
    if (refusing) {
      throw new Refusal("GenericError", "vfio: failed to set iommu for container");
    }
    if (devices.containsKey(id)) {
      throw new Refusal("GenericError", "Duplicate device ID '" + id + "'");
    }
    if (devices.values().stream().anyMatch(one -> one.bus.equals(bus))) {
      throw new Refusal("GenericError", "PCI: slot 0 function 0 not available");
    }
    long visible = now.getAsLong() + random.nextLong(APPEAR_NANOS);
    if (!arguments.path("driver").asText().equals("vfio-pci")) {
      String mac = arguments.path("mac").asText();
      SimFunctions.Function emulated = new SimFunctions.Function(null, mac);
      devices.put(id, new Device(id, bus, null, null, emulated, visible));
      return;
    }
    String address = arguments.path("host").asText();
    SimFunctions.Function function = host.present.get(address);
    if (function == null || !function.vfio || function.inUse) {
      throw new Refusal("GenericError", "vfio %s: Device or resource busy".formatted(address));
    }
    function.inUse = true;
    SimFunctions.Function inside = new SimFunctions.Function(function.silicon, function.mac);
    Device device = new Device(id, bus, address, function, inside, visible);
    devices.put(id, device);
    function.wantedBack = () -> device.leaving = true;
  }

  private ArrayNode list() {
    ArrayNode children = JSON.createArrayNode();
    children.addObject().put("name", "type").put("type", "string");
    for (int port = 1; port <= ports; port++) {
      children.addObject().put("name", "rp" + port).put("type", "child<pcie-root-port>");
    }
    devices.keySet().forEach(id -> children.addObject().put("name", id).put("type", "child<x>"));
    return children;
  }

  private ArrayNode pci() {
    ArrayNode buses = JSON.createArrayNode();
    ArrayNode onBus = buses.addObject().put("bus", 0).putArray("devices");
    for (int port = 1; port <= ports; port++) {
      ObjectNode bridge = onBus.addObject().put("qdev_id", "rp" + port);
      bridge.put("slot", port).put("function", 0).putObject("pci_bridge");
    }
    return buses;
  }

  List<String> plugged() {
    List<String> ids = new ArrayList<>(devices.keySet());
    ids.removeIf(id -> !id.startsWith(Machine.ID_PREFIX));
    return ids;
  }

  int netdevs() {
    return netdevs.size();
  }
}
