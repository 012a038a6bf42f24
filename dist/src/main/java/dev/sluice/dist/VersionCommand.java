package dev.sluice.dist;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says which Sluice this is. */
@Command(name = "version", description = "Prints the version.")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println(Provider.text());
    }

    /** The version, as the jar's manifest has it. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {text()};
        }

        static String text() {
            String version = Sluice.class.getPackage().getImplementationVersion();
            return "sluice " + (version == null ? "(not packaged)" : version) + ", Java " + Runtime.version();
        }
    }
}
