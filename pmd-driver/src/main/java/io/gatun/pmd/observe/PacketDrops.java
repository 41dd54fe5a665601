package io.gatun.pmd.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** JFR event: packets were lost at a port since the last look. */
@Name("io.gatun.PacketDrops")
@Label("Packet Drops")
@Category({"Gatun", "Port"})
@Description("Packets lost at a port since the last look")
@StackTrace(false)
final class PacketDrops extends Event {
  @Label("Port")
  int port;

  @Label("Missed on Receive")
  long rxMissed;

  @Label("Dropped on Transmit")
  long txDropped;
}
