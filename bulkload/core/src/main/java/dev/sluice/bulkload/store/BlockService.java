package dev.sluice.bulkload.store;

import java.util.List;

/** A {@code [block_service.<name>]} section: the name that start requests use, the type, and the type's arguments. */
public record BlockService(String name, String type, List<String> args) {
    public BlockService {
        args = List.copyOf(args);
    }

    /** From the two texts of the section; the arguments are separated by spaces. */
    public static BlockService of(String name, String type, String args) {
        return new BlockService(
                name, type, args.isBlank() ? List.of() : List.of(args.trim().split("\\s+")));
    }
}
