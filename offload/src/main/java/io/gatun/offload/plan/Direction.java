package io.gatun.offload.plan;

/** Which way a packet goes. */
public enum Direction {
  TRANSMIT,
  RECEIVE
}
