package io.gatun.hw.containers;

import com.github.dockerjava.api.exception.NotFoundException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.provider.Arguments;
import org.testcontainers.DockerClientFactory;

/**
 * An image that {@code scripts/images} makes.
 *
 * @param tag the DPDK release it was asked for, such as {@code 24.11}
 * @param release the one that is in it: Debian unstable may be ahead of the tag; the tag if the
 *     image is not there
 */
record DpdkImage(String tag, String release) {
  private static final List<String> TAGS = List.of("22.11", "24.11", "25.11");
  private static final String VERSION_LABEL = "io.gatun.dpdk.version";

  /** Every image: the source of parameterised tests. */
  static Stream<DpdkImage> all() {
    return TAGS.stream().map(DpdkImage::of);
  }

  /** Every image with the next one, so that each release is once at either end of a link. */
  static Stream<Arguments> pairs() {
    List<DpdkImage> images = all().toList();
    return IntStream.range(0, images.size())
        .mapToObj(i -> Arguments.of(images.get(i), images.get((i + 1) % images.size())));
  }

  private static DpdkImage of(String tag) {
    Map<String, String> labels = labels(tag);
    String version = labels == null ? tag : labels.getOrDefault(VERSION_LABEL, tag);
    // 25.11.4: the patch release changes no layout.
    return new DpdkImage(tag, version.replaceFirst("^(\\d+\\.\\d+).*", "$1"));
  }

  private static @Nullable Map<String, String> labels(String tag) {
    try {
      var image =
          DockerClientFactory.lazyClient().inspectImageCmd("gatun/dpdk:" + tag).exec().getConfig();
      return image == null ? null : image.getLabels();
    } catch (NotFoundException e) {
      return null;
    }
  }

  String name() {
    return "gatun/dpdk:" + tag;
  }

  /** Skips the test when nobody has made the image. */
  void assumeMade() {
    Assumptions.assumeTrue(labels(tag) != null, name() + " is missing: run scripts/images " + tag);
  }

  /** What the summary of {@code scripts/test} counts releases by. */
  @Override
  public String toString() {
    return "[DPDK " + release + "]";
  }
}
