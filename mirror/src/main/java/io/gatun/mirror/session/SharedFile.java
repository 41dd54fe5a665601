package io.gatun.mirror.session;

import io.gatun.mirror.file.CaptureFile;
import io.gatun.mirror.file.FrameRing;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A capture file that several sessions may write to. Guarded by the {@link Mirror}. */
final class SharedFile {
  final CaptureFile file;

  /** Rings that lead to it and are not given up. */
  int users;

  private int rings;
  private boolean told;

  SharedFile(CaptureFile file) {
    this.file = file;
  }

  /** A ring that nobody has. */
  FrameRing ring() {
    return file.ring(rings++);
  }

  /** What a user has not been told yet; null for nothing. */
  @Nullable String news() {
    String text = file.failure() != null ? file.failure() : file.warning();
    if (text == null || told) {
      return null;
    }
    told = file.failure() != null;
    return text;
  }

  Map<String, Object> values() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", file.config().path().toString());
    map.put("files", file.files().stream().map(Object::toString).toList());
    map.put("packets", file.packets());
    map.put("bytes", file.bytes());
    map.put("dropped", file.dropped());
    map.put("lost", file.lost());
    String failure = file.failure();
    if (failure != null) {
      map.put("failure", failure);
    }
    return map;
  }
}
