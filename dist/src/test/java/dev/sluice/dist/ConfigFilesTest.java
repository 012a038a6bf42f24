package dev.sluice.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.meta.MetaOptions;
import dev.sluice.replica.ReplicaOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The annotated files below {@code config/} have every option at its default with its documentation, and are readable.
 * {@code -Dsluice.config.update=true} writes them anew.
 */
final class ConfigFilesTest {
    private static final Path DIRECTORY = Path.of("..", "config");

    @ParameterizedTest
    @CsvSource({"meta-server.ini,META", "replica-server.ini,REPLICA"})
    void aFileSaysAllThatTheServerKnows(String name, Server server) throws Exception {
        Path file = DIRECTORY.resolve(name);
        String expected = "; " + server.title + "\n\n"
                + server.schema.toIni(Map.of(
                        "block_service.local_service.type", "local_service", "block_service.local_service.args", ""));
        if (Boolean.getBoolean("sluice.config.update")) {
            Files.writeString(file, expected);
        }

        assertThat(file).content().isEqualTo(expected);
        Config read = Config.load(file, server.schema);
        assertThat(read.names("block_service")).containsExactly("local_service");
    }

    enum Server {
        META(MetaOptions.schema(), "A meta server: sluice meta-server --config meta-server.ini"),
        REPLICA(ReplicaOptions.schema(), "A replica server: sluice replica-server --config replica-server.ini");

        private final ConfigSchema schema;
        private final String title;

        Server(ConfigSchema schema, String title) {
            this.schema = schema;
            this.title = title;
        }
    }
}
