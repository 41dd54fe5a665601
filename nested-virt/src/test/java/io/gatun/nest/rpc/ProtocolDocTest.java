package io.gatun.nest.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schema in docs/nest-protocol.md and the records are one. */
class ProtocolDocTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern EXAMPLE =
      Pattern.compile("```json (\\w+)\\n(.*?)```", Pattern.DOTALL);
  private static final List<Class<? extends Record>> RECORDS =
      List.of(
          Hello.class,
          Settings.class,
          AssignRequest.class,
          Assignment.class,
          ConfigureRequest.class,
          NameRequest.class,
          Capabilities.class,
          LeaseList.class,
          LinkState.class,
          Topology.class,
          MachineTopology.class,
          Grant.class,
          StatusRequest.class,
          Status.class,
          InterfaceStatus.class,
          LevelStatus.class,
          PlanResult.class,
          PlannedInterface.class,
          PlanStep.class);

  private record Example(String name, JsonNode json) {}

  private static String text = "";
  private static final List<Example> EXAMPLES = new ArrayList<>();

  @BeforeAll
  static void read() throws Exception {
    Path root = Path.of(System.getProperty("gatun.root", ".."));
    text = Files.readString(root.resolve("docs/nest-protocol.md"));
    EXAMPLES.clear();
    Matcher matcher = EXAMPLE.matcher(text);
    while (matcher.find()) {
      EXAMPLES.add(new Example(matcher.group(1), JSON.readTree(matcher.group(2))));
    }
  }

  private static Class<? extends Record> record(String name) {
    return RECORDS.stream()
        .filter(type -> type.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is no message"));
  }

  @Test
  void examplesAreWhatTheRecordsWrite() throws RpcException {
    for (Example example : EXAMPLES) {
      if (!example.name().equals("call")) {
        Object read = Messages.read(example.json(), record(example.name()));
        assertThat(Messages.tree(read)).as(example.name()).isEqualTo(example.json());
      }
    }
    assertThat(EXAMPLES).extracting(Example::name).contains("call");
  }

  @Test
  void everyComponentIsInAnExampleAndExplained() {
    for (Class<? extends Record> type : RECORDS) {
      for (RecordComponent component : type.getRecordComponents()) {
        assertThat(EXAMPLES)
            .as("%s.%s", type.getSimpleName(), component.getName())
            .anyMatch(
                example ->
                    example.name().equals(type.getSimpleName())
                        && example.json().has(component.getName()));
      }
    }
  }

  @Test
  void whatIsNotInTheSchemaIsRefusedByName() {
    for (Example example : EXAMPLES) {
      if (!example.name().equals("call")) {
        ObjectNode more = example.json().deepCopy();
        more.put("surprise", 1);
        assertThatThrownBy(() -> Messages.read(more, record(example.name())))
            .isInstanceOf(RpcException.class)
            .hasMessageStartingWith("surprise: is not known; known are [");
      }
    }
  }

  @Test
  void theTableOfCodesIsTheEnum() {
    Map<String, String> table = new TreeMap<>();
    Matcher row = Pattern.compile("\\| (-\\d+) \\| (\\w+) \\| (yes|no) \\|").matcher(text);
    while (row.find()) {
      table.put(row.group(2), row.group(1) + " " + row.group(3));
    }
    Map<String, String> codes = new TreeMap<>();
    for (RpcCode code : RpcCode.values()) {
      codes.put(code.name(), code.number() + (code.fallsBack() ? " yes" : " no"));
      assertThat(RpcCode.of(code.number())).isEqualTo(code);
    }

    assertThat(table).isEqualTo(codes);
    assertThat(RpcCode.of(5)).isEqualTo(RpcCode.INTERNAL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AssignRequest | {'settings':{},'fallback':true} | name: is missing",
        "AssignRequest | {'name':'a b','fallback':true} | name \"a b\": up to 8 words",
        "AssignRequest | {'name':'a','fallback':'yes'} | fallback: ",
        "AssignRequest | {'name':'a','settings':{'vlan':4095},'fallback':true} | vlan: 4095 is not",
        "AssignRequest | {'name':'a','settings':{'vlan':1.5},'fallback':true} | settings.vlan: ",
        "AssignRequest | {'name':'a','settings':{'mac':'x'},'fallback':true} | MAC address \"x\"",
        "Settings | {'mac':'01:00:00:00:00:01'} | mac: 01:00:00:00:00:01 is not a unicast",
        "Settings | {'mac':'00:00:00:00:00:00'} | mac: 00:00:00:00:00:00 is not a unicast",
        "Settings | {'minRate':5,'maxRate':4} | minRate: 5 is above maxRate, 4",
        "Settings | {'qos':8} | qos: 8 is not in [0, 7]",
        "Hello | {'version':1,'name':'','extender':true} | name \"\": 1 to 32",
        "Hello | {'version':null,'name':'a','extender':true} | version: ",
        "NameRequest | {'name':'a/b/c/d/e/f/g/h/i'} | name \"a/b/c/d/e/f/g/h/i\": up to 8",
        "StatusRequest | {'waitSeconds':3601} | waitSeconds: 3601 is not in [0, 3600]",
        "Topology | {'machines':[{'name':'a'},{'name':'a'}]} | machines: a stands there twice",
        "Topology | {'machines':[{'limits':{}}]} | name: is missing",
        "Topology | {'machines':[{'name':'a','limits':{'vlan':1}}]} | machines[0].limits.vlan: ",
        "LevelStatus | {'name':'l1','extender':null} | extender: ",
        "LinkState | [] | params: an object is needed",
        "Assignment | {'name':'a','settings':{}} | kind: is missing",
        "Assignment | {'name':'a','kind':1,'settings':{}} | kind: ",
      })
  void badParametersAreNamed(String type, String json, String words) throws Exception {
    JsonNode node = JSON.readTree(json.replace('\'', '"'));

    assertThatThrownBy(() -> Messages.read(node, record(type)))
        .isInstanceOf(RpcException.class)
        .hasMessageStartingWith(words)
        .extracting(e -> ((RpcException) e).code())
        .isEqualTo(RpcCode.BAD_PARAMETERS);
  }

  @Test
  void capabilitiesAreTheIntersection() {
    Capabilities outer =
        new Capabilities(
            List.of("l0"), 7, 4, List.of("TCP_TSO", "UDP_CKSUM"), 0, true, true, List.of());
    Capabilities inner =
        new Capabilities(
            List.of("l1"), 2, 0, List.of("UDP_CKSUM"), 500, true, false, List.of("l1: no IOMMU"));

    assertThat(outer.through(inner))
        .isEqualTo(
            new Capabilities(
                List.of("l0", "l1"),
                2,
                4,
                List.of("UDP_CKSUM"),
                500,
                true,
                false,
                List.of("l1: no IOMMU")));
  }
}
