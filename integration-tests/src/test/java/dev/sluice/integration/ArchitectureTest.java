package dev.sluice.integration;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.sluice.common.rpc.Wire;
import java.io.IOException;
import java.util.Random;
import java.util.Set;

/** The directions in which modules and packages may know each other, and what the pure cores may not do. */
@AnalyzeClasses(packages = "dev.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String[] PURE_CORES = {
        "dev.sluice.bulkload.load..",
        "dev.sluice.bulkload.throttle..",
        "dev.sluice.meta.state..",
        "dev.sluice.meta.guardian..",
        "dev.sluice.meta.balancer..",
        "dev.sluice.replica.replication..",
    };

    private static final Set<String> CLOCKS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Thread.sleep",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.util.UUID.randomUUID",
            "java.lang.Math.random");

    @ArchTest
    static final ArchRule WIRE_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage("dev.sluice.wire..")
            .should()
            .dependOnClassesThat(ours("dev.sluice.wire"));

    @ArchTest
    static final ArchRule COMMON_KNOWS_ONLY_THE_WIRE = noClasses()
            .that()
            .resideInAPackage("dev.sluice.common..")
            .should()
            .dependOnClassesThat(ours("dev.sluice.wire", "dev.sluice.common"));

    @ArchTest
    static final ArchRule BULKLOAD_KNOWS_ONLY_COMMON = noClasses()
            .that()
            .resideInAPackage("dev.sluice.bulkload..")
            .should()
            .dependOnClassesThat(ours("dev.sluice.wire", "dev.sluice.common", "dev.sluice.bulkload"));

    @ArchTest
    static final ArchRule META_AND_REPLICA_SERVERS_DO_NOT_KNOW_EACH_OTHER_1 = noClasses()
            .that()
            .resideInAPackage("dev.sluice.meta..")
            .should()
            .dependOnClassesThat(
                    ours("dev.sluice.wire", "dev.sluice.common", "dev.sluice.bulkload", "dev.sluice.meta"));

    @ArchTest
    static final ArchRule META_AND_REPLICA_SERVERS_DO_NOT_KNOW_EACH_OTHER_2 = noClasses()
            .that()
            .resideInAPackage("dev.sluice.replica..")
            .should()
            .dependOnClassesThat(
                    ours("dev.sluice.wire", "dev.sluice.common", "dev.sluice.bulkload", "dev.sluice.replica"));

    @ArchTest
    static final ArchRule THE_CLIENT_KNOWS_NO_SERVER = noClasses()
            .that()
            .resideInAPackage("dev.sluice.client..")
            .should()
            .dependOnClassesThat(ours("dev.sluice.wire", "dev.sluice.common", "dev.sluice.client"));

    @ArchTest
    static final ArchRule THE_SHELL_KNOWS_NO_SERVER = noClasses()
            .that()
            .resideInAPackage("dev.sluice.shell..")
            .should()
            .dependOnClassesThat(ours(
                    "dev.sluice.wire",
                    "dev.sluice.common",
                    "dev.sluice.bulkload",
                    "dev.sluice.client",
                    "dev.sluice.shell"));

    @ArchTest
    static final ArchRule PACKAGES_DO_NOT_IMPORT_EACH_OTHER_IN_CIRCLES =
            slices().matching("dev.sluice.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PURE_CORES_READ_NO_CLOCK_AND_DO_NOT_SLEEP = noClasses()
            .that()
            .resideInAnyPackage(PURE_CORES)
            .should()
            .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("is a clock, a sleep or a source of chance") {
                @Override
                public boolean test(JavaAccess<?> access) {
                    AccessTarget target = access.getTarget();
                    return CLOCKS.contains(target.getOwner().getFullName() + "." + target.getName());
                }
            })
            .because("time is an argument and randomness a parameter of a pure core");

    @ArchTest
    static final ArchRule PURE_CORES_DO_NO_IO_AND_START_NOTHING = noClasses()
            .that()
            .resideInAnyPackage(PURE_CORES)
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage(
                            "java.io..",
                            "java.nio.file..",
                            "java.nio.channels..",
                            "java.net..",
                            "java.util.concurrent..",
                            "io.netty..",
                            "org.rocksdb..",
                            "org.apache.ratis..",
                            "dev.sluice.common.rpc..")
                    // JSON in memory announces an IOException that never comes; Wire only turns one value into another.
                    .and(not(JavaClass.Predicates.equivalentTo(IOException.class)))
                    .and(not(JavaClass.Predicates.equivalentTo(Wire.class))))
            .because("a pure core returns effects; its driver performs them");

    @ArchTest
    static final ArchRule PURE_CORES_DRAW_NO_RANDOM_NUMBERS_OF_THEIR_OWN = noClasses()
            .that()
            .resideInAnyPackage(PURE_CORES)
            .should()
            .callConstructor(Random.class)
            .because("randomness is a parameter of a pure core");

    private static DescribedPredicate<JavaClass> ours(String... allowed) {
        return new DescribedPredicate<>("are of another module") {
            @Override
            public boolean test(JavaClass type) {
                String name = type.getPackageName();
                if (!name.startsWith("dev.sluice.")) {
                    return false;
                }
                for (String each : allowed) {
                    if (name.equals(each) || name.startsWith(each + ".")) {
                        return false;
                    }
                }
                return true;
            }
        };
    }
}
