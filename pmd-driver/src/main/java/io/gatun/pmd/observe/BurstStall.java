package io.gatun.pmd.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** JFR event with a duration: a poll loop did not turn. */
@Name("io.gatun.BurstStall")
@Label("Burst Stall")
@Category({"Gatun", "Lcore"})
@Description("A poll loop did not turn for longer than two looks of the control thread")
@StackTrace(false)
final class BurstStall extends Event {
  @Label("Lcore")
  int lcore;
}
