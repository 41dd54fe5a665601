package io.gatun.nest.extender;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatun.nest.rpc.Messages;
import io.gatun.nest.rpc.RpcException;
import io.gatun.nest.rpc.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What an extender must know after it was killed. Control thread.
 *
 * <p>A text file of one record a line: eight hexadecimal digits of CRC-32C, a space, JSON. A record
 * replaces the ones of the same lease before it. Each is on disk before the call that wrote it
 * comes back. A last line that is cut short was never acknowledged, and is cut off; damage anywhere
 * else is an error, as what it said cannot be guessed.
 *
 * <p>When a write fails (a full disk), the journal stays what it was: the next write first cuts off
 * what the failed one left.
 */
final class Journal {
  private static final int VERSION = 1;
  private static final int CHECKSUM_CHARS = 8;

  /** Records that are tolerated beyond twice the live ones before the file is written anew. */
  private static final int SLACK_RECORDS = 64;

  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final JournalStore store;
  private final String level;
  private final Map<String, Lease> leases = new LinkedHashMap<>();
  private @Nullable Topology topology;
  private long goodBytes;
  private int records;
  private boolean dirty;

  private Journal(JournalStore store, String level) {
    this.store = store;
    this.level = level;
  }

  /**
   * Opens a journal, or begins one.
   *
   * @param level name of the level, which must be the one that wrote it
   * @throws IOException when it cannot be read or is damaged, with the remedy
   */
  static Journal open(JournalStore store, String level) throws IOException {
    Journal journal = new Journal(store, level);
    journal.load(store.read());
    return journal;
  }

  /** Whether nothing was ever written: there was no journal, or it was lost. */
  boolean isNew() {
    return records == 0;
  }

  /** The leases as they are on disk, by key: a view that changes with them. */
  Map<String, Lease> leases() {
    return Collections.unmodifiableMap(leases);
  }

  /** The topology that was applied; null: none ever was. */
  @Nullable Topology topology() {
    return topology;
  }

  /** Writes the topology, in place of the one before. */
  void put(Topology applied) throws IOException {
    write(record(applied));
    topology = applied;
    compactIfLong();
  }

  private static ObjectNode record(Topology applied) {
    ObjectNode record = JSON.createObjectNode();
    record.set("topology", Messages.tree(applied));
    return record;
  }

  /** Writes a lease. */
  void put(Lease lease) throws IOException {
    ObjectNode record = JSON.createObjectNode();
    record.set("lease", JSON.valueToTree(lease));
    write(record);
    leases.put(lease.key(), lease);
    compactIfLong();
  }

  /** Writes that a lease is no more; does nothing for one that is not there. */
  void remove(String key) throws IOException {
    if (!leases.containsKey(key)) {
      return;
    }
    write(JSON.createObjectNode().put("gone", key));
    leases.remove(key);
    compactIfLong();
  }

  private void write(ObjectNode record) throws IOException {
    repair();
    byte[] line = records == 0 ? begun(record) : line(record);
    dirty = true;
    store.append(line);
    store.force();
    dirty = false;
    goodBytes += line.length;
    records += records == 0 ? 2 : 1;
  }

  private byte[] begun(ObjectNode record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header());
    out.writeBytes(line(record));
    return out.toByteArray();
  }

  private byte[] header() {
    return line(JSON.createObjectNode().put("journal", level).put("version", VERSION));
  }

  private void repair() throws IOException {
    if (dirty) {
      store.truncate(goodBytes);
      dirty = false;
    }
  }

  private void compactIfLong() {
    if (records <= 2 * leases.size() + SLACK_RECORDS) {
      return;
    }
    try {
      byte[] all = whole(leases.values());
      store.replace(all);
      goodBytes = all.length;
      records = leases.size() + (topology == null ? 1 : 2);
    } catch (IOException e) {
      // The long one is as good, and still there. Should the short one be, it says the same, and
      // its length is found again before the next write.
      reread();
    }
  }

  private void reread() {
    try {
      goodBytes = store.read().length;
    } catch (IOException e) {
      dirty = true; // nothing can be written until it can be read
      goodBytes = Long.MAX_VALUE;
    }
  }

  private byte[] whole(Collection<Lease> all) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header());
    Topology applied = topology;
    if (applied != null) {
      out.writeBytes(line(record(applied)));
    }
    for (Lease lease : all) {
      ObjectNode record = JSON.createObjectNode();
      record.set("lease", JSON.valueToTree(lease));
      out.writeBytes(line(record));
    }
    return out.toByteArray();
  }

  private static byte[] line(ObjectNode record) {
    try {
      byte[] json = JSON.writeValueAsBytes(record);
      ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + CHECKSUM_CHARS + 2);
      out.writeBytes("%08x ".formatted(checksum(json, 0, json.length)).getBytes(UTF_8));
      out.writeBytes(json);
      out.write('\n');
      return out.toByteArray();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // cannot be: a tree has nothing that cannot be written
    }
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  // ---- reading ----------------------------------------------------------------------------------

  private void load(byte[] bytes) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int end = at;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      JsonNode record = end == bytes.length ? null : record(bytes, at, end);
      if (record == null) {
        if (hasGoodRecordBehind(bytes, end + 1)) {
          throw new IOException(damaged());
        }
        break; // cut short, or the blocks of a write that was never acknowledged
      }
      apply(record);
      at = end + 1;
      records++;
    }
    goodBytes = at;
    if (at < bytes.length) {
      store.truncate(at);
    }
  }

  private String damaged() {
    return ("journal of %s: record %d is damaged, and others follow it: move the file away, and"
            + " see with \"gatun vf list\" what is bound to vfio-pci")
        .formatted(level, records + 1);
  }

  private static boolean hasGoodRecordBehind(byte[] bytes, int from) {
    int at = from;
    for (int end = from; end < bytes.length; end++) {
      if (bytes[end] == '\n') {
        if (record(bytes, at, end) != null) {
          return true;
        }
        at = end + 1;
      }
    }
    return false;
  }

  private static @Nullable JsonNode record(byte[] bytes, int at, int end) {
    int json = at + CHECKSUM_CHARS + 1;
    if (json >= end) {
      return null;
    }
    String sum = "%08x ".formatted(checksum(bytes, json, end - json));
    if (!sum.equals(new String(bytes, at, CHECKSUM_CHARS + 1, UTF_8))) {
      return null;
    }
    try {
      return JSON.readTree(bytes, json, end - json);
    } catch (IOException e) {
      return null;
    }
  }

  private static Topology topology(JsonNode written) throws IOException {
    try {
      return Messages.read(written, Topology.class);
    } catch (RpcException e) {
      throw new IOException("journal: its topology cannot be read: " + e.words(), e);
    }
  }

  private void apply(JsonNode record) throws IOException {
    if (record.has("journal")) {
      String wrote = record.path("journal").asText();
      int version = record.path("version").asInt();
      if (!wrote.equals(level) || version != VERSION) {
        throw new IOException(
            "journal: is of level %s in version %d; this is %s in version %d: give each its own"
                .formatted(wrote, version, level, VERSION));
      }
    } else if (record.has("lease")) {
      Lease lease = JSON.treeToValue(record.path("lease"), Lease.class);
      leases.put(lease.key(), lease);
    } else if (record.has("topology")) {
      topology = topology(record.path("topology"));
    } else {
      leases.remove(record.path("gone").asText());
    }
  }
}
