package dev.sluice.benchmarks.build;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** What a process of a side says of itself when it is done. */
final class ReportFile {
    private ReportFile() {}

    static void write(Path file, Properties report) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            report.store(out, null);
        }
    }

    static Properties read(Path file) throws IOException {
        Properties report = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            report.load(in);
        }
        return report;
    }

    /** A number of the report; it must be there. */
    static long number(Properties report, String name) throws IOException {
        String value = report.getProperty(name);
        if (value == null) {
            throw new IOException("the process did not say " + name + ", only " + report);
        }
        return Long.parseLong(value);
    }
}
