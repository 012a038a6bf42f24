package dev.sluice.bulkload.load;

/**
 * What one partition's manifest said when the load read it. Another digest later on is another file set.
 *
 * @param digest of the manifest
 * @param hasChecksums every file has an MD5, so that one member's deep checks hold for all
 */
public record ManifestPin(String digest, int files, long bytes, boolean hasChecksums) {}
