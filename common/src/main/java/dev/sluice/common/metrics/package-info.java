/**
 * What a server counts and measures. One {@link Metrics} belongs to one server; nothing is static, so that several servers in one
 * process do not mix. Micrometer keeps the meters and writes them as Prometheus reads them.
 */
@NullMarked
package dev.sluice.common.metrics;

import org.jspecify.annotations.NullMarked;
