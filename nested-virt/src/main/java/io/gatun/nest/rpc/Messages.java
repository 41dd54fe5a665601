package io.gatun.nest.rpc;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.gatun.nest.channel.FrameSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Records to JSON and back, strictly: what is not in the schema is refused by its name. */
public final class Messages {
  private static final int MAX_DEPTH = 24;

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxDocumentLength(FrameSession.MAX_MESSAGE_BYTES)
                          .build())
                  .build())
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private Messages() {}

  /** Reads a message. */
  static JsonNode parse(byte[] bytes) throws JsonProcessingException {
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot be: nothing is read from outside
    }
  }

  /** The JSON of a record, or of null. */
  public static JsonNode tree(@Nullable Object value) {
    return value == null ? NullNode.instance : JSON.valueToTree(value);
  }

  /** The bytes of a message. */
  public static byte[] bytes(JsonNode message) {
    try {
      return JSON.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // cannot be: a tree has nothing that cannot be written
    }
  }

  /**
   * Reads parameters or a result.
   *
   * @throws RpcException BAD_PARAMETERS, naming the parameter
   */
  public static <T> T read(JsonNode node, Class<T> type) throws RpcException {
    try {
      T value = node.isObject() ? JSON.treeToValue(node, type) : null;
      if (value != null) {
        return value;
      }
      throw new RpcException(RpcCode.BAD_PARAMETERS, "params: an object is needed");
    } catch (UnrecognizedPropertyException e) {
      throw new RpcException(
          RpcCode.BAD_PARAMETERS,
          "%s: is not known; known are %s".formatted(path(e), e.getKnownPropertyIds()));
    } catch (JsonMappingException e) {
      Throwable cause = e.getCause();
      String words =
          cause instanceof IllegalArgumentException
              ? String.valueOf(cause.getMessage())
              : path(e) + ": " + e.getOriginalMessage();
      throw new RpcException(RpcCode.BAD_PARAMETERS, words);
    } catch (JsonProcessingException e) {
      throw new RpcException(RpcCode.BAD_PARAMETERS, e.getOriginalMessage());
    }
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference reference : e.getPath()) {
      String field = reference.getFieldName();
      path.append(field == null ? "[" + reference.getIndex() + "]" : "." + field);
    }
    return path.isEmpty() ? "params" : path.substring(path.charAt(0) == '.' ? 1 : 0);
  }
}
