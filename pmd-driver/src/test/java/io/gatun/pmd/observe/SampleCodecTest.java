package io.gatun.pmd.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class SampleCodecTest {
  @Test
  void everyCounterSurvivesTheSocket() {
    Sample sample = Samples.of(15, 16);
    ObjectMapper json = new ObjectMapper();

    Sample read =
        SampleCodec.decode(
            sample.nanos(),
            json.valueToTree(SampleCodec.ports(sample)),
            json.valueToTree(SampleCodec.lcores(sample)));

    assertThat(read).isEqualTo(sample);
  }
}
