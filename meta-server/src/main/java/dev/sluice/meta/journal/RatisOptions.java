package dev.sluice.meta.journal;

import dev.sluice.common.HostPort;
import java.nio.file.Path;
import java.util.List;

/**
 * How a member of the meta group runs its journal.
 *
 * @param directory where the log is kept
 * @param self position of this member in the list, from 0 up; it never changes
 * @param members all of the group; the same list on each
 * @param bindHost where this member listens to the others
 * @param firstElectionTimeoutMs how soon a member that finds no leader at its start stands for election
 * @param electionTimeoutMs a leader that was not heard of for so long is replaced, at the earliest
 */
public record RatisOptions(
        Path directory,
        int self,
        List<Member> members,
        String bindHost,
        long firstElectionTimeoutMs,
        long electionTimeoutMs) {
    /**
     * A member.
     *
     * @param clients where clients reach it
     * @param raftPort where the other members reach it; 0 for any, which only a group of one can do with
     */
    public record Member(HostPort clients, int raftPort) {}

    public RatisOptions {
        members = List.copyOf(members);
        if (self < 0 || self >= members.size()) {
            throw new IllegalArgumentException(
                    "member " + self + " of the meta group: expected 0 to " + (members.size() - 1));
        }
        if (members.size() > 1 && members.stream().anyMatch(member -> member.raftPort() == 0)) {
            throw new IllegalArgumentException("raft port 0: a group of " + members.size() + " needs fixed ports");
        }
    }
}
