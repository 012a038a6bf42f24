/**
 * Block stores in buckets of S3, or of a server that speaks its protocol.
 *
 * <p>Opening a store asks nobody; the first call does. Credentials come from the places where the AWS tools look, or from a
 * file, and are in no message and no log line.
 */
@NullMarked
package dev.sluice.bulkload.s3;

import org.jspecify.annotations.NullMarked;
