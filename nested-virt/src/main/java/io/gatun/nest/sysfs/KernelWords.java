package io.gatun.nest.sysfs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The text of an errno, as strerror(3) gives it and Java hands it on. */
final class KernelWords {
  static final String ACCESS = "Permission denied"; // EACCES
  static final String ABSENT = "No such file or directory"; // ENOENT
  static final String BUSY = "Device or resource busy"; // EBUSY
  static final String NO_DEVICE = "No such device"; // ENODEV
  static final String INVALID = "Invalid argument"; // EINVAL
  static final String NO_MEMORY = "Cannot allocate memory"; // ENOMEM
  static final String NO_SPACE = "No space left on device"; // ENOSPC
  static final String NOT_PERMITTED = "Operation not permitted"; // EPERM
  static final String READ_ONLY = "Read-only file system"; // EROFS

  private KernelWords() {}

  static String of(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return ACCESS;
    }
    if (failure instanceof NoSuchFileException) {
      return ABSENT;
    }
    if (failure instanceof FileSystemException named && named.getReason() != null) {
      return named.getReason();
    }
    return String.valueOf(failure.getMessage());
  }

  /** What helps against errors that any attribute can give; empty for another. */
  static String generalRemedy(String words) {
    return switch (words) {
      case ACCESS, NOT_PERMITTED -> "run it as root (sudo)";
      case READ_ONLY -> "/sys is read-only, as in a container: run it on the host";
      default -> "";
    };
  }
}
