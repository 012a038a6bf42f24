package dev.sluice.bulkload.load;

import dev.sluice.common.ErrorCode;
import java.util.List;

/**
 * What a command comes to.
 *
 * @param hint why it was refused; empty if it was not
 * @param changes to be journaled before the answer is given
 */
public record Verdict(ErrorCode code, String hint, List<LoadChange> changes) {
    public Verdict {
        changes = List.copyOf(changes);
    }

    static Verdict accept(List<LoadChange> changes) {
        return new Verdict(ErrorCode.ERR_OK, "", changes);
    }

    static Verdict refuse(ErrorCode code, String hint) {
        return new Verdict(code, hint, List.of());
    }
}
