package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Somebody who sets an env and is told that all is well believes that it does something: if not, the guide says so. */
class AppEnvsTest {
    private static final Path GUIDE = Path.of("../README.md");
    /** Of whom envs are for. The meta server only checks them, and needs what one means here and there. */
    private static final Path REPLICA_SERVER = Path.of("../replica-server/src/main/java");

    private static final String ALL = "…";

    @Test
    void anEnvIsReadByReplicaServersOrTheGuideSaysThatItChangesNothing() throws IOException {
        String replicaServer = textOf(REPLICA_SERVER);
        List<String> withoutEffect = namesWithoutEffect();

        assertThat(AppEnvs.names())
                .hasSizeGreaterThan(20)
                .allSatisfy(env -> assertThat(withoutEffect.stream().anyMatch(name -> isMeant(env, name)))
                        .as("%s: the guide says that it changes nothing", env)
                        .isNotEqualTo(replicaServer.contains("\"" + env + "\"")));
    }

    @Test
    void theGuideNamesOnlyEnvsThatThereAre() throws IOException {
        assertThat(namesWithoutEffect())
                .hasSizeGreaterThan(5)
                .allSatisfy(name -> assertThat(AppEnvs.names()).anyMatch(env -> isMeant(env, name)));
    }

    private static boolean isMeant(String env, String name) {
        return name.endsWith(ALL) ? env.startsWith(name.substring(0, name.length() - ALL.length())) : env.equals(name);
    }

    /** Names in code font of the guide's line on them, in the column that says what works. */
    private static List<String> namesWithoutEffect() throws IOException {
        List<String> lines = Files.readAllLines(GUIDE).stream()
                .filter(line -> line.startsWith("| envs that are kept and change nothing |"))
                .toList();
        assertThat(lines).hasSize(1);
        String[] pieces = lines.get(0).split("\\|", -1)[3].split("`", -1);
        return Stream.iterate(1, i -> i < pieces.length, i -> i + 2)
                .map(i -> pieces[i])
                .toList();
    }

    private static String textOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(AppEnvsTest::read)
                    .collect(Collectors.joining());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
