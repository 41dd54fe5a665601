package io.gatun.hw.qemu;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the guest with emulated NICs that all classes share, as a parameter: booting one and
 * binding its NICs takes some seconds. It is of the default size, and ends with the last test. Each
 * test finds no command running and nothing on the wires; what earlier tests sent stays in {@link
 * QemuGuest#capture}.
 */
final class IgbGuest implements ParameterResolver, BeforeEachCallback, AfterEachCallback {
  private static QemuGuest guest(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(IgbGuest.class))
        .getOrComputeIfAbsent(QemuGuest.class, _ -> boot(), QemuGuest.class);
  }

  private static QemuGuest boot() {
    QemuGuest guest = QemuGuest.start(GuestConfig.DEFAULT);
    guest.bindNicsToVfio();
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
    for (int nic = 0; nic < GuestConfig.DEFAULT.nics(); nic++) {
      guest(context).wire(nic).discard();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    guest(context).killCommands();
  }
}
