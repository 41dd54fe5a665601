package io.gatun.pmd.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** JFR event: the link of a port went up or down. */
@Name("io.gatun.LinkChange")
@Label("Link Change")
@Category({"Gatun", "Port"})
@Description("The link of a port went up or down")
@StackTrace(false)
final class LinkChange extends Event {
  @Label("Port")
  int port;

  @Label("Up")
  boolean up;

  @Label("Speed in Mbit/s")
  int speedMbps;
}
