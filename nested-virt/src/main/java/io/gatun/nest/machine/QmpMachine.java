package io.gatun.nest.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.qmp.QmpException;
import io.gatun.nest.qmp.QmpSession;
import io.gatun.pmd.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine of QEMU, with {@code pcie-root-port}s to plug into. Control thread.
 *
 * <p>Hot-plug: {@code device_add} returns when QEMU has made the device; whether the guest has
 * found it only the guest can tell. Hot-unplug: {@code device_del} only asks; {@code
 * DEVICE_DELETED} says that it is done, {@code DEVICE_UNPLUG_GUEST_ERROR} that the guest refused
 * (qapi/qdev.json).
 */
public final class QmpMachine implements Machine {
  private static final String PERIPHERAL = "/machine/peripheral";
  private static final String NETDEV_SUFFIX = ".net";

  /**
   * How a machine is to be treated.
   *
   * @param name in messages
   * @param ports ids of the root ports that may be used; empty: any
   * @param nic QEMU's model of an emulated NIC, as in {@code e1000e}
   * @param netdev what the emulated NIC is connected to: arguments of {@code netdev_add} without
   *     the id
   * @param force see {@link Force}
   */
  public record Options(
      String name, List<String> ports, String nic, ObjectNode netdev, Force force) {}

  /** What may be done to a machine that does not let go of a device. */
  public enum Force {
    /** Nothing: the function stays with it, and is not handed out again. */
    KEEP,
    /** The machine is reset, as by its reset button; unplugging is completed then. */
    RESET,
    /** The machine is ended. */
    QUIT
  }

  private record Port(String id, String slot) {}

  private final QmpSession qmp;
  private final Options options;
  private final Map<String, CompletableFuture<@Nullable Void>> leaving = new LinkedHashMap<>();
  private CompletableFuture<?> plugging = CompletableFuture.completedFuture(null);
  private long generation;

  /**
   * @param qmp its events are listened to
   */
  public QmpMachine(QmpSession qmp, Options options) {
    this.qmp = qmp;
    this.options = options;
    qmp.listen(
        new QmpSession.Listener() {
          @Override
          public void ready() {
            generation++;
          }

          @Override
          public void disconnected() {
            List<String> ids = List.copyOf(leaving.keySet());
            ids.forEach(id -> left(id, "the connection to QEMU was lost"));
          }

          @Override
          public void event(String name, JsonNode data) {
            // Without an id the device was not plugged by name: not ours.
            String id = data.path("device").asText();
            switch (name) {
              case "DEVICE_DELETED" -> left(id, null);
              case "DEVICE_UNPLUG_GUEST_ERROR" -> left(id, "the guest refused to let go of " + id);
              default -> {}
            }
          }
        });
  }

  @Override
  public boolean isReachable() {
    return qmp.isReady();
  }

  @Override
  public long generation() {
    return generation;
  }

  @Override
  public CompletableFuture<Set<String>> devices() {
    return list()
        .thenApply(
            children -> {
              Set<String> ids = new LinkedHashSet<>(children.keySet());
              ids.removeIf(id -> !id.startsWith(ID_PREFIX));
              return ids;
            });
  }

  @Override
  public CompletableFuture<@Nullable String> missingForPlug() {
    if (!isReachable()) {
      return CompletableFuture.completedFuture(
          options.name() + " does not answer at its QMP socket");
    }
    return freePorts().thenApply(ports -> ports.isEmpty() ? noPort() : null);
  }

  private String noPort() {
    return "%s has no free pcie-root-port: start it with more -device pcie-root-port"
        .formatted(options.name());
  }

  @Override
  public CompletableFuture<String> plugFunction(String id, String address) {
    ObjectNode device = QmpSession.arguments();
    device.put("driver", "vfio-pci").put("host", address);
    return plug(id, device);
  }

  @Override
  public CompletableFuture<String> plugEmulated(String id, MacAddress mac) {
    ObjectNode netdev = options.netdev().deepCopy();
    netdev.put("id", id + NETDEV_SUFFIX);
    ObjectNode device = QmpSession.arguments();
    device.put("driver", options.nic()).put("netdev", id + NETDEV_SUFFIX);
    device.put("mac", mac.toString());
    return removeNetdev(id) // of an earlier try that was cut off
        .thenCompose(done -> execute("netdev_add", netdev))
        .thenCompose(done -> plug(id, device))
        .exceptionallyCompose(
            failure ->
                removeNetdev(id)
                    .thenCompose(done -> CompletableFuture.failedFuture(cause(failure))));
  }

  /**
   * One after the other: what is free is found out in several steps, and two would find the same.
   */
  private CompletableFuture<String> plug(String id, ObjectNode device) {
    CompletableFuture<String> next =
        plugging.handle((done, failure) -> id).thenCompose(done -> plugNext(id, device));
    plugging = next;
    return next;
  }

  private CompletableFuture<String> plugNext(String id, ObjectNode device) {
    return freePorts()
        .thenCompose(
            ports -> {
              if (ports.isEmpty()) {
                return CompletableFuture.failedFuture(new MachineException(noPort()));
              }
              Port port = ports.getFirst();
              device.put("bus", port.id()).put("id", id);
              return execute("device_add", device).thenApply(done -> port.slot());
            });
  }

  @Override
  public CompletableFuture<@Nullable Void> unplug(String id) {
    CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();
    leaving.put(id, gone); // instead of one whose caller waited long enough
    ObjectNode arguments = QmpSession.arguments();
    var _ =
        qmp.execute("device_del", arguments.put("id", id))
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    return; // asked: an event will say more
                  }
                  Throwable cause = cause(failure);
                  if (cause instanceof QmpException e
                      && e.errorClass().equals(QmpException.DEVICE_NOT_FOUND)) {
                    left(id, null);
                  } else if (!isLeavingAlready(cause)) {
                    left(id, String.valueOf(cause.getMessage()));
                  }
                });
    return gone.thenCompose(done -> removeNetdev(id));
  }

  /** QEMU refuses a second device_del while the first is with the guest (softmmu/qdev-monitor). */
  private static boolean isLeavingAlready(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("already in the process of unplug");
  }

  private void left(String id, @Nullable String problem) {
    CompletableFuture<@Nullable Void> waiting = leaving.remove(id);
    if (waiting == null) {
      return;
    }
    if (problem == null) {
      waiting.complete(null);
    } else {
      waiting.completeExceptionally(new MachineException(options.name() + ": " + problem));
    }
  }

  /** An emulated NIC leaves its back end behind; that there is none is as good. */
  private CompletableFuture<@Nullable Void> removeNetdev(String id) {
    ObjectNode arguments = QmpSession.arguments().put("id", id + NETDEV_SUFFIX);
    return qmp.execute("netdev_del", arguments).handle((done, failure) -> null);
  }

  @Override
  public CompletableFuture<@Nullable String> force() {
    ObjectNode none = QmpSession.arguments();
    return switch (options.force()) {
      case KEEP -> CompletableFuture.completedFuture(null);
      case RESET -> execute("system_reset", none).thenApply(done -> options.name() + " was reset");
      case QUIT -> execute("quit", none).thenApply(done -> options.name() + " was ended");
    };
  }

  // ---- what is where ----------------------------------------------------------------------------

  /** Names of the devices that have one, with their types as QOM says them. */
  private CompletableFuture<Map<String, String>> list() {
    ObjectNode arguments = QmpSession.arguments().put("path", PERIPHERAL);
    return execute("qom-list", arguments)
        .thenApply(
            children -> {
              Map<String, String> types = new LinkedHashMap<>();
              children.forEach(
                  child -> {
                    String type = child.path("type").asText();
                    if (type.startsWith("child<")) {
                      types.put(child.path("name").asText(), type.substring(6, type.length() - 1));
                    }
                  });
              return types;
            });
  }

  /** Root ports that nothing is plugged into, in the order of their slots. */
  private CompletableFuture<List<Port>> freePorts() {
    return list()
        .thenCompose(
            types ->
                occupied(types)
                    .thenCombine(
                        execute("query-pci", QmpSession.arguments()),
                        (occupied, pci) -> freePorts(types, occupied, pci)));
  }

  private List<Port> freePorts(Map<String, String> types, Set<String> occupied, JsonNode pci) {
    List<Port> free = new ArrayList<>();
    for (JsonNode device : pci.path(0).path("devices")) {
      String id = device.path("qdev_id").asText();
      if ("pcie-root-port".equals(types.get(id))
          && (options.ports().isEmpty() || options.ports().contains(id))
          && !occupied.contains(id)
          && device.path("pci_bridge").path("devices").isEmpty()) {
        int slot = device.path("slot").asInt();
        int function = device.path("function").asInt();
        free.add(new Port(id, "%02x.%d/00.0".formatted(slot, function)));
      }
    }
    return free;
  }

  /**
   * The ports that named devices sit on. query-pci does not know them before the machine's firmware
   * has given the bus a number.
   */
  private CompletableFuture<Set<String>> occupied(Map<String, String> types) {
    CompletableFuture<Set<String>> all = CompletableFuture.completedFuture(new HashSet<>());
    for (Map.Entry<String, String> device : types.entrySet()) {
      if (!device.getValue().equals("pcie-root-port")) {
        all = all.thenCombine(parentBus(device.getKey()), QmpMachine::with);
      }
    }
    return all;
  }

  private static Set<String> with(Set<String> set, String element) {
    set.add(element);
    return set;
  }

  /** The last part of {@code /machine/peripheral/rp1/rp1}; empty for a device without a bus. */
  private CompletableFuture<String> parentBus(String id) {
    ObjectNode arguments = QmpSession.arguments();
    arguments.put("path", PERIPHERAL + "/" + id).put("property", "parent_bus");
    return qmp.execute("qom-get", arguments)
        .handle(
            (path, failure) -> {
              String text = failure == null ? path.asText() : "";
              return text.substring(text.lastIndexOf('/') + 1);
            });
  }

  private CompletableFuture<JsonNode> execute(String command, ObjectNode arguments) {
    return qmp.execute(command, arguments)
        .exceptionallyCompose(
            failure -> {
              Throwable cause = cause(failure);
              return CompletableFuture.failedFuture(
                  new MachineException(
                      "%s: %s".formatted(options.name(), cause.getMessage()), cause));
            });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
