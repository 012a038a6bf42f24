package dev.sluice.common.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.configuration2.INIConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;

/** The lines of an INI file, as they stand: dots in names mean nothing, and {@code ${...}} is not substituted. */
final class IniFile {
    /** One line. The section is empty for a line above all sections. */
    record Entry(String section, String name, String value) {}

    private IniFile() {}

    static List<Entry> read(Path file) {
        INIConfiguration ini = new INIConfiguration();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            ini.read(reader);
        } catch (IOException e) {
            throw new ConfigException("cannot read the configuration file " + file + ": " + e, e);
        } catch (org.apache.commons.configuration2.ex.ConfigurationException e) {
            throw new ConfigException(file + " is not an INI file: " + e.getMessage(), e);
        }
        // The nodes hold the raw text; every getter of the configuration would split names and substitute values.
        List<Entry> entries = new ArrayList<>();
        for (ImmutableNode node : ini.getNodeModel().getInMemoryRepresentation().getChildren()) {
            if (node.getValue() != null) {
                entries.add(new Entry("", node.getNodeName(), node.getValue().toString()));
            }
            for (ImmutableNode line : node.getChildren()) {
                String value = line.getValue() == null ? "" : line.getValue().toString();
                entries.add(new Entry(node.getNodeName(), line.getNodeName(), value));
            }
        }
        return entries;
    }
}
