package dev.sluice.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.meta.MetaOptions;
import dev.sluice.replica.ReplicaOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The annotated files below {@code config/} have every option at its default with its documentation, and are readable.
 * {@code -Dsluice.config.update=true} writes them anew.
 */
final class ConfigFilesTest {
    private static final Path DIRECTORY = Path.of("..", "config");

    @Test
    void theMetaServersFileSaysAllThatItKnows() throws Exception {
        check("meta-server", MetaOptions.schema());
    }

    @Test
    void theReplicaServersFileSaysAllThatItKnows() throws Exception {
        check("replica-server", ReplicaOptions.schema());
    }

    private static void check(String role, ConfigSchema schema) throws IOException {
        Path file = DIRECTORY.resolve(role + ".ini");
        String expected = "; sluice " + role + " --config " + role + ".ini\n\n"
                + schema.toIni(Map.of(
                        "block_service.local_service.type", "local_service", "block_service.local_service.args", ""));
        if (Boolean.getBoolean("sluice.config.update")) {
            Files.writeString(file, expected);
        }

        assertThat(file).content().isEqualTo(expected);
        assertThat(Config.load(file, schema).names("block_service")).containsExactly("local_service");
    }
}
