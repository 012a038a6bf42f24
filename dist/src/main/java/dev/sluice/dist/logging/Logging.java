package dev.sluice.dist.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** Where a process writes its log; chosen by the command, before anything logs. */
public enum Logging {
    /** Standard error, from INFO on: a server that a supervisor watches. */
    SERVER("logback-server.xml"),
    /** A rolling file: a cluster that runs beside somebody's terminal. */
    FILE("logback-file.xml"),
    /** Standard error, from WARN on: a tool. */
    QUIET("logback-quiet.xml");

    private final String resource;

    Logging(String resource) {
        this.resource = resource;
    }

    /** Makes a file the log. */
    public static void toFile(Path file) {
        System.setProperty("sluice.log.file", file.toString());
        FILE.use();
    }

    /** Makes it so, for the whole process. */
    public void use() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(Objects.requireNonNull(Logging.class.getResource("/" + resource), resource));
        } catch (JoranException e) {
            throw new IllegalStateException("the log configuration " + resource + " is not readable", e);
        }
    }
}
