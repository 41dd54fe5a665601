/**
 * What extenders say to each other: JSON-RPC 2.0, with the messages as records.
 * docs/nest-protocol.md is the schema.
 */
@NullMarked
package io.gatun.nest.rpc;

import org.jspecify.annotations.NullMarked;
