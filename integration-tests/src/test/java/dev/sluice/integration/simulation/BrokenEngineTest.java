package dev.sluice.integration.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.integration.simulation.SlippingEngines.Slip;
import dev.sluice.integration.simulation.SlippingEngines.Slips;
import dev.sluice.replica.engine.EngineFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** An engine that slips at one key is found out at the decree where it does, not at some later one, and not in the end. */
final class BrokenEngineTest {
    private static final int SEEDS_MAX = 200;
    private static final int SLIPS = 3;
    private static final long FAULTY_MS = 6_000;

    private final Logger logs = (Logger) LoggerFactory.getLogger("dev.sluice");
    private Level before = Level.INFO;

    @BeforeEach
    void silenceTheServers() {
        before = logs.getEffectiveLevel();
        logs.setLevel(Level.OFF);
    }

    @AfterEach
    void letThemTalk() {
        logs.setLevel(before);
    }

    @ParameterizedTest
    @EnumSource(Slip.class)
    void aSlipOfAnEngineIsFoundAtItsDecree(Slip slip) {
        int found = 0;
        for (int seed = 0; seed < SEEDS_MAX && found < SLIPS; seed++) {
            Slips slips = new Slips(slip);
            String failure = failureOf(seed, slips);
            if (slips.decree() > 0) {
                assertThat(failure)
                        .as("seed %d", seed)
                        .contains(" at decree " + slips.decree() + ": key ")
                        .contains("a naive replay gives");
                found++;
            } else {
                assertThat(failure).as("seed %d, where nothing slips", seed).isEmpty();
            }
        }
        assertThat(found).as("slips within %d seeds", SEEDS_MAX).isEqualTo(SLIPS);
    }

    /** Why that run fails; empty if it does not. */
    private static String failureOf(int seed, Slips slips) {
        try {
            new Simulation(seed, new Sabotage() {
                        @Override
                        public EngineFactory enginesOf(SimulatedNode node, EngineFactory engines) {
                            return new SlippingEngines(engines, slips);
                        }
                    })
                    .run(FAULTY_MS);
            return "";
        } catch (AssertionError e) {
            return e.toString();
        }
    }
}
