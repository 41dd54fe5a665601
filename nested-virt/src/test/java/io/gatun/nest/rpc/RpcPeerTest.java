package io.gatun.nest.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RpcPeerTest {
  private static final Duration TIME_OUT = Duration.ofSeconds(10);

  private final List<byte[]> sent = new ArrayList<>();
  private final Map<String, CompletableFuture<Object>> asked = new LinkedHashMap<>();
  private final List<String> told = new ArrayList<>();
  private long nowNanos;
  private boolean present = true;
  private final RpcPeer peer =
      new RpcPeer(
          message -> {
            if (present) {
              sent.add(message);
            }
            return present;
          },
          () -> nowNanos,
          new RpcPeer.Handler() {
            @Override
            public CompletableFuture<?> call(String method, JsonNode parameters) {
              CompletableFuture<Object> answer = new CompletableFuture<>();
              asked.put(method, answer);
              return answer;
            }

            @Override
            public void notification(String method, JsonNode parameters) {
              told.add(method + parameters);
            }
          });

  private void receive(String message) {
    peer.received(message.replace('\'', '"').getBytes(UTF_8));
  }

  private CompletableFuture<Object> asked(String method) {
    return Objects.requireNonNull(asked.get(method), method);
  }

  private String lastSent() {
    return new String(sent.getLast(), UTF_8).replace('"', '\'');
  }

  private static RpcCode code(CompletableFuture<?> failed) {
    assertThat(failed).isCompletedExceptionally();
    return ((RpcException) failed.exceptionNow()).code();
  }

  @Test
  void answersGoToTheirCallsInAnyOrder() {
    CompletableFuture<JsonNode> first = peer.call("list", Map.of(), TIME_OUT);
    CompletableFuture<JsonNode> second = peer.call("reset", Map.of("name", "a"), TIME_OUT);
    assertThat(lastSent())
        .isEqualTo("{'jsonrpc':'2.0','method':'reset','params':{'name':'a'},'id':2}");

    receive("{'jsonrpc':'2.0','result':{'b':2},'id':2}");
    assertThat(first).isNotDone();
    receive("{'jsonrpc':'2.0','error':{'code':-32001,'message':'mac: no'},'id':1}");

    assertThat(second.join().path("b").asInt()).isEqualTo(2);
    assertThat(code(first)).isEqualTo(RpcCode.NOT_GRANTED);
    assertThat(first.exceptionNow()).hasMessage("mac: no");
  }

  @Test
  void lateCopiedAndUnaskedAnswersAreStray() {
    CompletableFuture<JsonNode> call = peer.call("list", Map.of(), TIME_OUT);
    nowNanos += TIME_OUT.toNanos();
    peer.tick();
    assertThat(code(call)).isEqualTo(RpcCode.TIMED_OUT);

    for (int i = 0; i < 2; i++) {
      receive("{'jsonrpc':'2.0','result':{},'id':1}");
    }
    receive("{'jsonrpc':'2.0','result':{},'id':'x'}");
    receive("{'jsonrpc':'2.0','result':{},'id':1.5}");

    assertThat(peer.strayMessages()).isEqualTo(4);
    assertThat(sent).hasSize(1);
  }

  @Test
  void aCallWithoutAPeerFailsAtOnce() {
    present = false;

    assertThat(code(peer.call("list", Map.of(), TIME_OUT))).isEqualTo(RpcCode.NO_EXTENDER);
  }

  @Test
  void callsFailWithTheirSessionAndItsAnswersGoNowhere() {
    CompletableFuture<JsonNode> call = peer.call("list", Map.of(), TIME_OUT);
    receive("{'jsonrpc':'2.0','method':'assign','params':{},'id':7}");
    peer.sessionEnded();
    assertThat(code(call)).isEqualTo(RpcCode.NO_EXTENDER);
    int before = sent.size();

    asked("assign").complete(Map.of());

    assertThat(sent).hasSize(before);
  }

  @Test
  void callsAreServedAndFailuresHaveCodeAndWords() {
    receive("{'jsonrpc':'2.0','method':'assign','params':{},'id':'seven'}");
    asked("assign").complete(new Hello(1, "l0", true));
    assertThat(lastSent())
        .isEqualTo(
            "{'jsonrpc':'2.0','result':{'version':1,'name':'l0','extender':true},'id':'seven'}");

    receive("{'jsonrpc':'2.0','method':'release','params':{},'id':8}");
    asked("release").completeExceptionally(new RpcException(RpcCode.BUSY, "wait"));
    assertThat(lastSent())
        .isEqualTo("{'jsonrpc':'2.0','error':{'code':-32007,'message':'wait'},'id':8}");
  }

  @Test
  void notificationsAreNotAnswered() {
    receive("{'jsonrpc':'2.0','method':'linkState','params':{'name':'a','up':true}}");

    assertThat(told).containsExactly("linkState{\"name\":\"a\",\"up\":true}");
    assertThat(sent).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | -32700",
        "{'jsonrpc':'2.0','method':'a','method':'b','id':1} | -32700",
        "{'jsonrpc':'1.0','method':'a','id':1} | -32600",
        "{'jsonrpc':'2.0','id':1} | -32600",
        "{'jsonrpc':'2.0','method':5,'id':1} | -32600",
        "{'jsonrpc':'2.0','method':'a','id':{}} | -32600",
      })
  void whatIsNoCallIsAnsweredWithACode(String message, int code) {
    receive(message);

    assertThat(lastSent()).contains("'code':" + code);
    assertThat(asked).isEmpty();
  }

  @Test
  void tooManyOpenCallsAreRefused() {
    for (int i = 0; i <= RpcPeer.MAX_OPEN_CALLS; i++) {
      receive("{'jsonrpc':'2.0','method':'m%d','params':{},'id':%d}".formatted(i, i));
    }

    assertThat(asked).hasSize(RpcPeer.MAX_OPEN_CALLS);
    assertThat(lastSent()).contains("'code':-32007").contains("'id':128");
  }

  @Test
  void noMessageWhateverBreaksThePeer() {
    Random random = new Random(3);
    String good = "{'jsonrpc':'2.0','method':'assign','params':{'name':'eth0'},'id':12}";
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.replace('\'', '"').getBytes(UTF_8);
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      peer.received(bytes);
      peer.sessionEnded();
    }

    receive("[".repeat(5000));
    assertThat(lastSent()).contains("-32700");
  }
}
