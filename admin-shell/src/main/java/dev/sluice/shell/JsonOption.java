package dev.sluice.shell;

import picocli.CommandLine.Option;

/** {@code -j}: print JSON. */
final class JsonOption {
    @Option(
            names = {"-j", "--json"},
            description = "Print JSON.")
    boolean json;
}
