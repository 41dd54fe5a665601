package io.gatun.pmd;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class or method that runs once a burst or more often, on one lcore. It must not allocate,
 * lock, log, print, box, use streams, lambdas or {@code Optional}, or call anything that blocks: a
 * test reads the byte code of everything that carries this mark.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface DataPath {}
