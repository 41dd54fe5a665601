package io.gatun.hw.qemu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the guest with emulated NICs that all classes share, as a parameter: booting one and
 * binding its NICs takes some seconds. It has the functions of {@link IgbFunctions}, and ends with
 * the last test. Each test finds no command running and nothing on the wires; what earlier tests
 * sent stays in {@link QemuGuest#capture}.
 */
final class IgbGuest implements ParameterResolver, BeforeEachCallback, AfterEachCallback {
  /** Of half of the NICs the kernel's igb keeps the physical function and makes a virtual one. */
  private static final String BIND =
      """
      set -e
      modules=$1
      shift
      bind() {
        echo vfio-pci >/sys/bus/pci/devices/$1/driver_override
        echo $1 >/sys/bus/pci/drivers_probe
        test -e /sys/bus/pci/drivers/vfio-pci/$1
      }
      # EAL loads every driver that lies there: a hundred more than there are devices here.
      drivers=$(echo /usr/lib/*/dpdk/pmds-*)
      mount -t tmpfs -o mode=755 drivers /mnt
      for driver in bus_pci bus_vdev mempool_ring net_e1000; do
        cp -a $drivers/librte_$driver.so* /mnt/
      done
      mount --move /mnt $drivers
      # The kernel itself is not to send anything.
      for all in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
        test ! -e $all || echo 1 >$all
      done
      modprobe -d $modules -a vfio-pci vfio_iommu_type1
      while [ $1 != igb ]; do
        bind $1
        shift
      done
      modprobe -d $modules igb
      while [ $# -gt 1 ]; do
        physical=/sys/bus/pci/devices/$2
        echo 0 >$physical/sriov_drivers_autoprobe
        echo 1 >$physical/sriov_numvfs
        net=$(ls $physical/net)
        ip link set dev $net vf 0 mac $3
        ip link set dev $net up
        bind $(basename $(readlink $physical/virtfn0))
        shift 2
      done
      for net in /sys/bus/pci/drivers/igb/*/net/*; do
        until [ "$(cat $net/carrier)" = 1 ]; do sleep 0.1; done
      done
      """;

  private static QemuGuest guest(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(IgbGuest.class))
        .getOrComputeIfAbsent(QemuGuest.class, _ -> boot(), QemuGuest.class);
  }

  private static QemuGuest boot() {
    QemuGuest guest = QemuGuest.start(GuestConfig.DEFAULT.withNics(IgbFunctions.NICS));
    List<String> words = new ArrayList<>(List.of("bash", QemuGuest.SHARE + "/bind"));
    words.add(GuestImage.fromEnvironment().modules().toString());
    for (int port = 0; port < IgbFunctions.COUNT; port++) {
      words.add(IgbFunctions.PHYSICAL.address(port));
    }
    words.add("igb");
    for (int port = 0; port < IgbFunctions.COUNT; port++) {
      words.add(GuestConfig.address(IgbFunctions.VIRTUAL.nic(port)));
      words.add(IgbFunctions.VIRTUAL.mac(port));
    }
    try {
      Files.writeString(guest.share().resolve("bind"), BIND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    guest.run(words.toArray(String[]::new));
    return guest;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == QemuGuest.class;
  }

  @Override
  public QemuGuest resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return guest(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    for (int nic = 0; nic < IgbFunctions.NICS; nic++) {
      guest(context).wire(nic).discard();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    guest(context).killCommands();
  }
}
