package dev.sluice.meta.admin;

import dev.sluice.meta.guardian.Move;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many moves are under way, in words.
 *
 * @param moves of the balancer and of operators
 */
public record MoveCounts(Collection<Move> moves) {
    public MoveCounts {
        moves = List.copyOf(moves);
    }

    /** All kinds and the sum, as {@code move_pri=0,copy_pri=0,copy_sec=0,total=0}. */
    public String detail() {
        return Stream.of(Move.Kind.values()).map(this::ofKind).collect(Collectors.joining(",")) + "," + total();
    }

    /** The answer to {@code [total | <kind> | detail]}. */
    public String answer(List<String> arguments) {
        String wanted = arguments.isEmpty() ? "total" : arguments.get(0);
        if (wanted.equals("total")) {
            return total();
        }
        if (wanted.equals("detail")) {
            return detail();
        }
        return Stream.of(Move.Kind.values())
                .filter(kind -> wanted.equals(name(kind)))
                .findFirst()
                .map(this::ofKind)
                .orElse("ERR: invalid arguments");
    }

    private String total() {
        return "total=" + moves.size();
    }

    private String ofKind(Move.Kind kind) {
        return name(kind) + "="
                + moves.stream().filter(move -> move.kind() == kind).count();
    }

    private static String name(Move.Kind kind) {
        return switch (kind) {
            case MOVE_PRIMARY -> "move_pri";
            case COPY_PRIMARY -> "copy_pri";
            case COPY_SECONDARY -> "copy_sec";
        };
    }
}
