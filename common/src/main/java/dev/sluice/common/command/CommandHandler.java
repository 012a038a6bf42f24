package dev.sluice.common.command;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.wire.WireString;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Answers remote commands that come as {@code RPC_CLI_CLI_CALL}. */
public final class CommandHandler {
    private CommandHandler() {}

    /** Adds the handler. Commands run on the executor, since some of them wait for a disk; one that has too much to do lets them fail as busy. */
    public static void register(RpcHandlers handlers, RemoteCommands commands, Executor executor) {
        handlers.on(AdminRpcs.REMOTE_COMMAND, Access.CLIENTS, (caller, header, request, responder) -> {
            String name = request.getCmd();
            List<String> arguments = List.copyOf(request.getArguments());
            try {
                executor.execute(() -> responder.reply(WireString.of(commands.execute(name, arguments))));
            } catch (RejectedExecutionException e) {
                responder.fail(ErrorCode.ERR_BUSY);
            }
        });
    }
}
