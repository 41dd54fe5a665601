package io.gatun.offload.plan;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** One value for each of the two passes. */
record PerPass<T>(T inner, T outer) {
  static <T> PerPass<T> of(Supplier<T> value) {
    return new PerPass<>(value.get(), value.get());
  }

  T of(Pass pass) {
    return pass == Pass.INNER ? inner : outer;
  }

  PerPass<T> map(UnaryOperator<T> change) {
    return new PerPass<>(change.apply(inner), change.apply(outer));
  }
}
