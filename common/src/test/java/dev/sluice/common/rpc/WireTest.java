package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.internal.PrepareReply;
import org.junit.jupiter.api.Test;

class WireTest {
    @Test
    void anErrorThatNobodyKnowsAndOneThatIsMissingAreNotTakenForSuccess() {
        assertThat(Wire.error(WireErrorCode.of("ERR_OF_TOMORROW"))).isEqualTo(ErrorCode.ERR_UNKNOWN);
        assertThat(Wire.error(new PrepareReply().getErr())).isEqualTo(ErrorCode.ERR_UNKNOWN);
    }
}
