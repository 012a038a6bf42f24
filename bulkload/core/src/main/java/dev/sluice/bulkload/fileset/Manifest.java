package dev.sluice.bulkload.fileset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The files of one partition, in the order in which they are given to the engine: where two overlap, the later one wins.
 * A partition without files is valid.
 */
public record Manifest(List<SstFile> files) {
    /** Largest manifest that is read. */
    public static final int BYTES_MAX = 32 * 1024 * 1024;

    /** Most files that a partition can have. */
    public static final int FILES_MAX = 100_000;

    public Manifest {
        files = List.copyOf(files);
        Set<SstFileName> names = new HashSet<>();
        for (SstFile file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("file " + file.name() + " is listed twice");
            }
        }
    }

    /** Reads the JSON of the file at the path, which is for messages only. */
    public static Manifest parse(String path, byte[] content) throws SourceException {
        SetJson json = SetJson.parse(path, content, BYTES_MAX);
        List<SstFile> files = new ArrayList<>();
        Set<SstFileName> names = new HashSet<>();
        long sum = 0;
        for (SetJson entry : json.requireObjects("files", FILES_MAX)) {
            SstFileName name = SstFileName.parse(path, entry.requireText("name"));
            if (!names.add(name)) {
                throw entry.fault("name", name + " is listed twice");
            }
            long size = entry.requireLong("size");
            String md5 = entry.requireText("md5").toLowerCase(Locale.ROOT);
            if (!md5.isEmpty() && !SstFile.isMd5(md5)) {
                throw entry.fault("md5", "expected 32 hex digits, or nothing");
            }
            if (size > Long.MAX_VALUE - sum) {
                throw entry.fault("size", "the sum of the sizes is too large");
            }
            sum += size;
            files.add(new SstFile(name, size, md5, SstFacts.parse(entry)));
        }
        long total = json.requireLong("file_total_size");
        if (total != sum) {
            throw json.fault("file_total_size", total + ", but the sizes add up to " + sum);
        }
        return new Manifest(files);
    }

    /** Bytes of all files. */
    public long totalBytes() {
        return files.stream().mapToLong(SstFile::size).sum();
    }

    /** Rows of all files; empty if the set does not say. */
    public OptionalLong rows() {
        return files.stream().allMatch(file -> file.facts().isPresent())
                ? OptionalLong.of(files.stream()
                        .mapToLong(file -> file.facts().orElseThrow().rows())
                        .sum())
                : OptionalLong.empty();
    }

    /** The entry of that name. */
    public Optional<SstFile> find(SstFileName name) {
        return files.stream().filter(file -> file.name().equals(name)).findFirst();
    }

    /** The file's content. */
    public byte[] toJson() {
        ObjectNode json = SetJson.MAPPER.createObjectNode();
        ArrayNode entries = json.putArray("files");
        for (SstFile file : files) {
            ObjectNode entry = entries.addObject()
                    .put("name", file.name().value())
                    .put("size", file.size())
                    .put("md5", file.md5());
            // Behind the members that Pegasus knows: its reader stops at the first one that it does not.
            file.facts()
                    .ifPresent(facts -> entry.put("rows", facts.rows())
                            .put("crc32c", facts.crc32cText())
                            .put("first_key", facts.firstKey())
                            .put("last_key", facts.lastKey())
                            .put("rows_that_expire", facts.rowsThatExpire())
                            .put("first_expiry", facts.firstExpiry())
                            .put("last_expiry", facts.lastExpiry()));
        }
        json.put("file_total_size", totalBytes());
        try {
            return SetJson.MAPPER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values could not be written", e);
        }
    }

    /**
     * What a load pins, in lower-case hex: two manifests with the same digest name the same files with the same content in
     * the same order, however their JSON is laid out.
     */
    public String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(toJson()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
