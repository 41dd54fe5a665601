package io.gatun.nest.machine;

import io.gatun.nest.link.CommandRunner;
import io.gatun.pmd.MacAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A domain of libvirt, by {@code virsh}. Control thread; {@code virsh} itself runs on a thread of
 * the machine's own, one command after the other, so that what one shows is behind what those
 * before it did.
 *
 * <p>An unplug is only a request: {@code detach-device-alias} comes back when QEMU has it. That the
 * device is gone is seen in {@code dumpxml}, which is looked at soon after, then less and less
 * often, up to every two seconds while somebody waits, and every five else. (libvirt tells it as an
 * event, too; but an event that comes before somebody listens is lost, and {@code virsh event} is a
 * process that must be watched.)
 */
public final class LibvirtMachine implements Machine, Closeable {
  private static final long IDLE_NANOS = 5_000_000_000L;
  private static final long FIRST_NANOS = 125_000_000L;
  private static final long MAX_NANOS = 2_000_000_000L;

  /**
   * Which domain, and how it is to be treated.
   *
   * @param name in messages
   * @param domain its name, number or UUID
   * @param uri libvirt's, as in {@code qemu:///system}
   * @param ports aliases of the root ports that may be used; empty: any
   * @param nic model of an emulated NIC, as in {@code e1000e}
   * @param netdev what it is connected to, see {@link #checkNetdev}
   * @param force see {@link QmpMachine.Force}
   */
  public record Options(
      String name,
      String domain,
      String uri,
      List<String> ports,
      String nic,
      Map<String, String> netdev,
      QmpMachine.Force force) {}

  /**
   * A device that is awaited to be gone.
   *
   * @param look number of the last look that may still show what was before
   */
  private record Leaving(long look, CompletableFuture<@Nullable Void> gone) {}

  private final Options options;
  private final CommandRunner runner;
  private final Executor control;
  private final LongSupplier nanoTime;
  private final ExecutorService worker;
  private final Map<String, Leaving> leaving = new LinkedHashMap<>();
  private @Nullable String running;
  private @Nullable String problem;
  private long generation;
  private long looks;
  private boolean looking;
  private long lookAtNanos;
  private long pauseNanos = FIRST_NANOS;

  /**
   * @param control the control thread
   * @param nanoTime as System.nanoTime
   */
  public LibvirtMachine(
      Options options, CommandRunner runner, Executor control, LongSupplier nanoTime) {
    this.options = options;
    this.runner = runner;
    this.control = control;
    this.nanoTime = nanoTime;
    lookAtNanos = nanoTime.getAsLong();
    worker =
        Executors.newSingleThreadExecutor(
            task ->
                Thread.ofPlatform().daemon().name("gatun-virsh-" + options.name()).unstarted(task));
  }

  /**
   * Whether libvirt can connect a NIC so.
   *
   * @return the keys and values as they are
   * @throws IllegalArgumentException naming what is allowed
   */
  public static Map<String, String> checkNetdev(Map<String, String> netdev) {
    String type = netdev.getOrDefault("type", "user");
    String needed =
        switch (type) {
          case "user" -> "";
          case "bridge" -> "br";
          case "network" -> "network";
          default ->
              throw new IllegalArgumentException(
                  "type %s: allowed with libvirt are user, bridge, network".formatted(type));
        };
    for (String key : netdev.keySet()) {
      if (!key.equals("type") && !key.equals(needed)) {
        throw new IllegalArgumentException(
            "%s: is not known for type %s with libvirt%s"
                .formatted(key, type, needed.isEmpty() ? "" : "; known is " + needed));
      }
    }
    if (!needed.isEmpty() && !netdev.containsKey(needed)) {
      throw new IllegalArgumentException(
          "%s: is missing, but needed for type %s".formatted(needed, type));
    }
    return Map.copyOf(netdev);
  }

  @Override
  public boolean isReachable() {
    return running != null;
  }

  @Override
  public long generation() {
    return generation;
  }

  /** To be called every now and then: looks at the domain when it is time to. */
  public void tick() {
    if (looking || nanoTime.getAsLong() - lookAtNanos < 0) {
      return;
    }
    looking = true;
    long number = ++looks;
    var _ =
        work(this::dump)
            .whenComplete(
                (domain, failure) -> {
                  looking = false;
                  seen(number, domain, failure);
                });
  }

  private void seen(long number, DomainXml.@Nullable Domain domain, @Nullable Throwable failure) {
    String id = domain == null ? null : domain.id();
    problem =
        failure == null
            ? id == null ? options.domain() + " does not run" : null
            : String.valueOf(failure.getMessage());
    if (id != null && !id.equals(running)) {
      generation++;
    }
    running = id;
    if (domain == null || id == null) {
      List.copyOf(leaving.keySet()).forEach(one -> left(one, String.valueOf(problem)));
    } else {
      leaving.entrySet().stream()
          .filter(one -> one.getValue().look() < number)
          .filter(one -> !domain.aliases().contains(DomainXml.alias(one.getKey())))
          .map(Map.Entry::getKey)
          .toList()
          .forEach(one -> left(one, null));
    }
    pauseNanos = leaving.isEmpty() ? FIRST_NANOS : Math.min(2 * pauseNanos, MAX_NANOS);
    lookAtNanos = nanoTime.getAsLong() + (leaving.isEmpty() ? IDLE_NANOS : pauseNanos);
  }

  private void left(String id, @Nullable String why) {
    Leaving one = leaving.remove(id);
    if (one == null) {
      return;
    }
    if (why == null) {
      one.gone().complete(null);
    } else {
      one.gone().completeExceptionally(new MachineException(options.name() + ": " + why));
    }
  }

  @Override
  public CompletableFuture<Set<String>> devices() {
    return work(this::dump)
        .thenApply(
            domain -> {
              Set<String> ids = new LinkedHashSet<>();
              for (String alias : domain.aliases()) {
                String id = DomainXml.id(alias);
                if (id != null) {
                  ids.add(id);
                }
              }
              return ids;
            });
  }

  @Override
  public CompletableFuture<@Nullable String> missingForPlug() {
    if (problem != null) {
      return CompletableFuture.completedFuture(options.name() + ": " + problem);
    }
    return work(this::dump).thenApply(domain -> ports(domain).isEmpty() ? noPort() : null);
  }

  private String noPort() {
    return ("%s has no free pcie-root-port: add <controller type='pci' model='pcie-root-port'/> to"
            + " the domain")
        .formatted(options.name());
  }

  private List<DomainXml.Port> ports(DomainXml.Domain domain) {
    return domain.freePorts().stream()
        .filter(one -> options.ports().isEmpty() || options.ports().contains(one.alias()))
        .toList();
  }

  @Override
  public CompletableFuture<String> plugFunction(String id, String address) {
    return plug(port -> DomainXml.hostdev(id, address, port));
  }

  @Override
  public CompletableFuture<String> plugEmulated(String id, MacAddress mac) {
    return plug(port -> DomainXml.nic(id, mac, options.nic(), options.netdev(), port));
  }

  private CompletableFuture<String> plug(Function<DomainXml.Port, String> xml) {
    return work(
        () -> {
          List<DomainXml.Port> ports = ports(dump());
          if (ports.isEmpty()) {
            throw new IOException(noPort());
          }
          DomainXml.Port port = ports.getFirst();
          Path file = Files.createTempFile("gatun-", ".xml");
          try {
            Files.writeString(file, xml.apply(port));
            virsh("attach-device", options.domain(), file.toString(), "--live");
          } finally {
            Files.delete(file);
          }
          return port.slot();
        });
  }

  @Override
  public CompletableFuture<@Nullable Void> unplug(String id) {
    CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();
    leaving.put(id, new Leaving(looks, gone)); // instead of one whose caller waited long enough
    pauseNanos = FIRST_NANOS;
    lookAtNanos = nanoTime.getAsLong();
    var _ =
        work(() -> {
              virsh("detach-device-alias", options.domain(), DomainXml.alias(id), "--live");
              return id;
            })
            .whenComplete(
                (done, failure) -> {
                  if (failure != null && !isAsGood(String.valueOf(failure.getMessage()))) {
                    left(id, String.valueOf(failure.getMessage()));
                  }
                });
    return gone;
  }

  /** Not there any more, which a look will confirm, or asked already. */
  private static boolean isAsGood(String words) {
    return words.contains("no device found with alias")
        || words.contains("already in the process of unplug");
  }

  @Override
  public CompletableFuture<@Nullable String> force() {
    return switch (options.force()) {
      case KEEP -> CompletableFuture.completedFuture(null);
      case RESET -> forced("reset", " was reset");
      case QUIT -> forced("destroy", " was ended");
    };
  }

  private CompletableFuture<@Nullable String> forced(String command, String words) {
    return work(
        () -> {
          virsh(command, options.domain());
          return options.name() + words;
        });
  }

  // ---- virsh, on the worker ---------------------------------------------------------------------

  private DomainXml.Domain dump() throws IOException {
    return DomainXml.parse(virsh("dumpxml", options.domain()));
  }

  private String virsh(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("virsh", "-q", "-c", options.uri()));
    command.addAll(List.of(words));
    CommandRunner.Result result = runner.run(command);
    if (result.exitCode() != 0) {
      throw new IOException(
          "virsh %s: %s"
              .formatted(words[0], result.errors().strip().replaceAll("\\s*\\R\\s*", "; ")));
    }
    return result.output();
  }

  private <T extends @Nullable Object> CompletableFuture<T> work(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    worker.execute(
        () -> {
          try {
            T value = task.call();
            control.execute(() -> result.complete(value));
          } catch (Exception e) {
            MachineException failure =
                new MachineException("%s: %s".formatted(options.name(), e.getMessage()), e);
            control.execute(() -> result.completeExceptionally(failure));
          }
        });
    return result;
  }

  /** Ends its thread; the domain stays as it is. */
  @Override
  public void close() {
    worker.shutdownNow();
  }
}
