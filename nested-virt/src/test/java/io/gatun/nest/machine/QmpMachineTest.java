package io.gatun.nest.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatun.nest.qmp.QmpException;
import io.gatun.nest.qmp.QmpSession;
import io.gatun.pmd.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a QMP server that answers what the test says, in QEMU 10.0's words. */
class QmpMachineTest {
  private static final String PERIPHERAL =
      "[{'name':'type','type':'string'},"
          + "{'name':'rp1','type':'child<pcie-root-port>'},"
          + "{'name':'rp2','type':'child<pcie-root-port>'},"
          + "{'name':'rp3','type':'child<pcie-root-port>'},"
          + "{'name':'gatun.x','type':'child<vfio-pci>'},"
          + "{'name':'disk','type':'child<virtio-blk-pci>'}]";
  private static final String PCI =
      "[{'bus':0,'devices':["
          + "{'qdev_id':'','slot':0,'function':0},"
          + "{'qdev_id':'rp1','slot':2,'function':0,'pci_bridge':{'devices':[]}},"
          + "{'qdev_id':'rp2','slot':2,'function':1,'pci_bridge':{'devices':[{'slot':0}]}},"
          + "{'qdev_id':'rp3','slot':31,'function':7,'pci_bridge':{}}]}]";

  private final List<String> lines = new ArrayList<>();
  private long nowNanos;
  private final QmpSession session = new QmpSession(lines::add, () -> nowNanos);
  private final QmpMachine machine = machine(QmpMachine.Force.KEEP);
  private int answered;

  private QmpMachine machine(QmpMachine.Force force) {
    return new QmpMachine(
        session,
        new QmpMachine.Options(
            "l1", List.of(), "e1000e", QmpSession.arguments().put("type", "user"), force));
  }

  @BeforeEach
  void connect() {
    receive("{'QMP':{'version':{},'capabilities':[]}}");
    assertThat(machine.isReachable()).isFalse();
    answer("qmp_capabilities", "{}");
    assertThat(machine.isReachable()).isTrue();
  }

  private void receive(String line) {
    session.received(line.replace('\'', '"'));
  }

  /** Sees that the next command is this, and answers it. */
  private String answer(String command, String result) {
    return reply(command, "'return':" + result);
  }

  private String refuse(String command, String errorClass, String words) {
    return reply(command, "'error':{'class':'%s','desc':'%s'}".formatted(errorClass, words));
  }

  private String reply(String command, String body) {
    String line = lines.get(answered).replace('"', '\'');
    assertThat(line).contains("'execute':'%s'".formatted(command));
    answered++;
    receive("{%s,'id':%d}".formatted(body, answered));
    return line;
  }

  private void answerPorts() {
    answer("qom-list", PERIPHERAL);
    String first = answer("qom-get", "'/machine/peripheral/rp1/rp1'");
    assertThat(first).contains("'path':'/machine/peripheral/gatun.x','property':'parent_bus'");
    answer("qom-get", "'/machine/unattached/device[3]/pcie.0'");
    answer("query-pci", PCI);
  }

  @Test
  void aFunctionGoesIntoTheFirstFreePort() {
    CompletableFuture<String> slot = machine.plugFunction("gatun.a", "0000:01:10.2");
    answerPorts();
    String add = answer("device_add", "{}");

    assertThat(add)
        .contains(
            "'arguments':{'driver':'vfio-pci','host':'0000:01:10.2','bus':'rp3','id':'gatun.a'}");
    assertThat(slot).isCompletedWithValue("1f.7/00.0");
  }

  @Test
  void twoPlugsAtOnceDoNotTakeOnePort() {
    CompletableFuture<String> first = machine.plugFunction("gatun.a", "0000:01:10.2");
    CompletableFuture<String> second = machine.plugFunction("gatun.b", "0000:01:10.3");
    answerPorts();
    assertThat(lines.getLast()).as("the second waits for the first").contains("device_add");
    answer("device_add", "{}");
    answer("qom-list", PERIPHERAL.replace("]", ",{'name':'gatun.a','type':'child<vfio-pci>'}]"));
    while (lines.get(answered).contains("qom-get")) {
      String line = lines.get(answered);
      String port = line.contains("gatun.a") ? "rp3" : line.contains("gatun.x") ? "rp1" : "";
      answer("qom-get", "'/machine/peripheral/x/%s'".formatted(port));
    }
    answer("query-pci", PCI);

    assertThat(first).isCompletedWithValue("1f.7/00.0");
    assertThat(second.exceptionNow()).hasMessageContaining("no free pcie-root-port");
  }

  @Test
  void aRefusedPlugSaysWhat() {
    CompletableFuture<String> slot = machine.plugFunction("gatun.a", "0000:01:10.2");
    answerPorts();
    refuse("device_add", "GenericError", "vfio 0000:01:10.2: no such host device");

    assertThat(slot.exceptionNow())
        .hasMessage("l1: QMP device_add: vfio 0000:01:10.2: no such host device");
  }

  @Test
  void anEmulatedNicHasABackEndWhichGoesWithIt() {
    CompletableFuture<String> slot =
        machine.plugEmulated("gatun.a", MacAddress.parse("52:54:00:00:00:09"));
    refuse("netdev_del", "DeviceNotFound", "no such netdev");
    assertThat(answer("netdev_add", "{}")).contains("{'type':'user','id':'gatun.a.net'}");
    answerPorts();
    assertThat(answer("device_add", "{}"))
        .contains("'driver':'e1000e','netdev':'gatun.a.net','mac':'52:54:00:00:00:09'");
    assertThat(slot).isCompleted();

    CompletableFuture<@Nullable Void> gone = machine.unplug("gatun.a");
    answer("device_del", "{}");
    receive("{'event':'DEVICE_DELETED','data':{'path':'/machine/peripheral/gatun.a/x'}}");
    assertThat(gone).isNotDone();
    receive("{'event':'DEVICE_DELETED','data':{'device':'gatun.a','path':'/x'}}");
    assertThat(answer("netdev_del", "{}")).contains("gatun.a.net");

    assertThat(gone).isCompleted();
  }

  @Test
  void aFailedEmulatedNicLeavesNoBackEnd() {
    CompletableFuture<String> slot =
        machine.plugEmulated("gatun.a", MacAddress.parse("52:54:00:00:00:09"));
    answer("netdev_del", "{}");
    answer("netdev_add", "{}");
    answerPorts();
    refuse("device_add", "GenericError", "Bus does not support hotplugging");
    assertThat(slot).isNotDone();
    answer("netdev_del", "{}");

    assertThat(slot.exceptionNow()).hasMessageContaining("Bus does not support hotplugging");
  }

  @Test
  void aGuestThatRefusesIsSaid() {
    CompletableFuture<@Nullable Void> gone = machine.unplug("gatun.a");
    answer("device_del", "{}");
    receive("{'event':'DEVICE_UNPLUG_GUEST_ERROR','data':{'device':'gatun.a','path':'/x'}}");

    assertThat(gone.exceptionNow())
        .isInstanceOf(MachineException.class)
        .hasMessageContaining("the guest refused to let go of gatun.a");
  }

  @Test
  void whatIsNotThereIsUnplugged() {
    CompletableFuture<@Nullable Void> gone = machine.unplug("gatun.a");
    refuse("device_del", "DeviceNotFound", "Device gatun.a not found");
    answer("netdev_del", "{}");

    assertThat(gone).isCompleted();
  }

  @Test
  void askingAgainWaitsForTheFirstRequest() {
    CompletableFuture<@Nullable Void> first = machine.unplug("gatun.a");
    answer("device_del", "{}");
    CompletableFuture<@Nullable Void> second = machine.unplug("gatun.a");
    refuse("device_del", "GenericError", "Device gatun.a is already in the process of unplug");
    assertThat(second).isNotDone();
    receive("{'event':'DEVICE_DELETED','data':{'device':'gatun.a','path':'/x'}}");
    answer("netdev_del", "{}");

    assertThat(second).isCompleted();
    assertThat(first).isNotDone(); // superseded: its deadline is its caller's
  }

  @Test
  void aLostConnectionFailsWhatIsUnderWay() {
    CompletableFuture<@Nullable Void> gone = machine.unplug("gatun.a");
    answer("device_del", "{}");
    CompletableFuture<Set<String>> devices = machine.devices();
    long generation = machine.generation();

    session.disconnected();

    assertThat(machine.isReachable()).isFalse();
    assertThat(gone.exceptionNow()).hasMessageContaining("connection to QEMU was lost");
    assertThat(devices.exceptionNow())
        .isInstanceOf(MachineException.class)
        .cause()
        .extracting(e -> ((QmpException) e).errorClass())
        .isEqualTo(QmpException.DISCONNECTED);
    assertThat(machine.plugFunction("gatun.b", "x").exceptionNow())
        .hasMessageContaining("is the virtual machine running");
    receive("{'QMP':{}}");
    answered = lines.size() - 1;
    String line = lines.getLast();
    receive(
        "{'return':{},'id':%s}"
            .formatted(line.substring(line.lastIndexOf(':') + 1, line.length() - 1)));
    assertThat(machine.generation()).isGreaterThan(generation);
  }

  @Test
  void commandsTimeOut() {
    CompletableFuture<Set<String>> devices = machine.devices();
    nowNanos += QmpSession.TIME_OUT.toNanos() - 1;
    session.tick();
    assertThat(devices).isNotDone();
    nowNanos++;
    session.tick();

    assertThat(devices.exceptionNow()).hasMessageContaining("no answer within 60 s");
    answer("qom-list", "[]"); // late: nobody's
    assertThat(session.unreadableLines()).isEqualTo(1);
  }

  @Test
  void onlyOwnDevicesAreListed() {
    CompletableFuture<Set<String>> devices = machine.devices();
    answer("qom-list", PERIPHERAL);

    assertThat(devices.join()).containsExactly("gatun.x");
  }

  @Test
  void forceIsWhatTheConfigurationAllows() {
    assertThat(machine.force()).isCompletedWithValue(null);
    assertThat(lines).hasSize(answered);

    CompletableFuture<@Nullable String> reset = machine(QmpMachine.Force.RESET).force();
    answer("system_reset", "{}");
    assertThat(reset).isCompletedWithValue("l1 was reset");
    CompletableFuture<@Nullable String> quit = machine(QmpMachine.Force.QUIT).force();
    answer("quit", "{}");
    assertThat(quit).isCompletedWithValue("l1 was ended");
  }

  @Test
  void nonsenseIsCounted() {
    receive("{{{");
    receive("{'return':{},'id':'x'}");
    receive("{'something':1}");
    receive("5");

    assertThat(session.unreadableLines()).isEqualTo(4);
  }
}
