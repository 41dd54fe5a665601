package io.gatun.nest.extender;

import java.io.IOException;

/** The bytes of a journal. Control thread. */
interface JournalStore {
  /** Everything that is there; empty for a journal that is not there yet. */
  byte[] read() throws IOException;

  /** Appends; on an exception some of the bytes may be there. */
  void append(byte[] bytes) throws IOException;

  /** Comes back when everything that was appended would survive a loss of power. */
  void force() throws IOException;

  /** Cuts what is behind this length off, and forces. */
  void truncate(long length) throws IOException;

  /** Puts these bytes in place of all others, durably: afterwards either the old or the new are. */
  void replace(byte[] bytes) throws IOException;
}
