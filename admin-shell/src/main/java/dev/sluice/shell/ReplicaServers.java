package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.admin.NodeStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** {@code -n}: the replica servers that a command asks, one after the other. */
final class ReplicaServers {
    @Option(
            names = {"-n", "--node"},
            defaultValue = "",
            paramLabel = "<host:port,...>",
            description = "These replica servers (default: all that are alive).")
    private String nodes;

    /**
     * What the servers said.
     *
     * @param byServer without those that have nothing of what is wanted
     * @param code how the command ends
     */
    record Answers<T>(Map<HostPort, T> byServer, int code) {}

    /**
     * Asks each server. One that fails is told, and does not hide the others. Throws {@link ShellFailure} if none fails and
     * none has what is wanted.
     *
     * @param wanted for that sentence; empty: nothing in particular, so that every server has an answer
     * @param question empty, or the failure {@code ERR_OBJECT_NOT_FOUND} if something is wanted: the server has nothing of it
     */
    <T> Answers<T> ask(ShellSession session, String wanted, Function<HostPort, Optional<T>> question) {
        List<HostPort> servers = find(session.admin());
        if (servers.isEmpty()) {
            throw new ShellFailure("no replica server is alive");
        }
        Map<HostPort, T> answers = new LinkedHashMap<>();
        int code = Shell.DONE;
        for (HostPort server : servers) {
            try {
                question.apply(server).ifPresent(answer -> answers.put(server, answer));
            } catch (ClientException e) {
                if (wanted.isEmpty() || e.error() != ErrorCode.ERR_OBJECT_NOT_FOUND) {
                    session.err().println(e.getMessage());
                    code = Shell.FAILED;
                }
            }
        }
        if (answers.isEmpty() && code == Shell.DONE) {
            String who = nodes.isEmpty() ? "no replica server that is alive" : "none of " + nodes;
            throw new ShellFailure(who + " has " + wanted);
        }
        return new Answers<>(answers, code);
    }

    private List<HostPort> find(AdminClient admin) {
        if (!nodes.isEmpty()) {
            return SluiceClient.parseServers(nodes);
        }
        return admin.listNodes().entrySet().stream()
                .filter(node -> node.getValue() == NodeStatus.NS_ALIVE)
                .map(Map.Entry::getKey)
                .toList();
    }
}
