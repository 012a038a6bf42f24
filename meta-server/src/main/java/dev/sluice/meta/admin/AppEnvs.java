package dev.sluice.meta.admin;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The envs that an app may have, and which values they take. */
public final class AppEnvs {
    private static final long MIB = 1L << 20;
    private static final Pattern LIMIT = Pattern.compile("(\\d{1,18})[KM]?\\*(delay|reject)\\*(\\d{1,9})");
    private static final Pattern TIME_OF_DAY = Pattern.compile("([01]?\\d|2[0-3]):[0-5]\\d");

    private static final int TIMES_OF_DAY_MAX = 24;
    private static final int ENVS_MAX = 1000;
    private static final int NAME_LENGTH_MAX = 256;
    private static final int VALUE_LENGTH_MAX = 64 << 10;

    private static final Map<String, Rule> RULES = rules();
    /** Given when an app is created, and kept for good: its rows are written by it. */
    private static final Map<String, Rule> FIXED = Map.of("value_version", choice("0", "1", "2"));
    /** Checked when an app is created. */
    private static final Map<String, Rule> RULES_AT_CREATION = rulesAtCreation();

    /**
     * What an env takes.
     *
     * @param type bool, int or string
     * @param expected for a person
     * @param sample that is accepted
     */
    private record Rule(String type, Predicate<String> accepts, String expected, String sample) {
        private Rule withSample(String other) {
            return new Rule(type, accepts, expected, other);
        }
    }

    private AppEnvs() {}

    /** The envs that may be set, by name: {@code type}, {@code limitation} and a {@code sample} of each. */
    public static Map<String, Object> describe() {
        Map<String, Object> described = new TreeMap<>();
        RULES.forEach((name, rule) -> {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("type", rule.type);
            fields.put("limitation", rule.expected);
            fields.put("sample", rule.sample);
            described.put(name, fields);
        });
        return described;
    }

    /** All that an app may have, also those that are given only when it is created. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(RULES.keySet());
        names.addAll(FIXED.keySet());
        return names;
    }

    /** What is wrong with the first bad one, by name; nothing if all may be set. */
    static Optional<String> findProblem(Map<String, String> envs) {
        return problems(envs, name -> true, RULES).findFirst();
    }

    /**
     * The same for a new app. The protocol checks only those that shape its databases there, and takes others as they are,
     * also such as nobody knows: whoever uses an env ignores a value that is none.
     */
    static Optional<String> findProblemOfNewApp(Map<String, String> envs) {
        return problems(envs, RULES_AT_CREATION::containsKey, RULES_AT_CREATION).findFirst();
    }

    private static Stream<String> problems(
            Map<String, String> envs, Predicate<String> checked, Map<String, Rule> rules) {
        if (envs.size() > ENVS_MAX) {
            return Stream.of(envs.size() + " app_envs, expected at most " + ENVS_MAX);
        }
        return new TreeMap<>(envs)
                .entrySet().stream().flatMap(env -> problem(env.getKey(), env.getValue(), checked, rules).stream());
    }

    private static Optional<String> problem(
            String name, String value, Predicate<String> checked, Map<String, Rule> rules) {
        if (name.length() > NAME_LENGTH_MAX || value.length() > VALUE_LENGTH_MAX) {
            return Optional.of(
                    "app_env '" + name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX)) + "' is too long, "
                            + "expected a name of at most " + NAME_LENGTH_MAX + " characters and a value of at most "
                            + VALUE_LENGTH_MAX);
        }
        if (!checked.test(name)) {
            return Optional.empty();
        }
        Rule rule = rules.get(name);
        if (rule == null) {
            return Optional.of("app_env '" + name + "' is not supported");
        }
        return rule.accepts.test(value)
                ? Optional.empty()
                : Optional.of(
                        "app_env '" + name + "' has the invalid value '" + value + "', expected " + rule.expected);
    }

    /** True if an app keeps that env as it was created with it. */
    static boolean isFixed(String name) {
        return FIXED.containsKey(name);
    }

    private static Map<String, Rule> rulesAtCreation() {
        Map<String, Rule> rules = new TreeMap<>(FIXED);
        Stream.of("rocksdb.write_buffer_size", "rocksdb.num_levels").forEach(name -> rules.put(name, RULES.get(name)));
        return rules;
    }

    private static Map<String, Rule> rules() {
        Map<String, Rule> rules = new TreeMap<>();
        rules.put("default_ttl", integer(0, Integer.MAX_VALUE).withSample("86400"));
        rules.put(
                "replica.deny_client_request",
                choice(
                        "timeout*all",
                        "timeout*write",
                        "timeout*read",
                        "reconfig*all",
                        "reconfig*write",
                        "reconfig*read"));
        rules.put("replica.write_throttling", throttling());
        rules.put("replica.write_throttling_by_size", throttling());
        rules.put("replica.read_throttling", throttling());
        rules.put("replica.read_throttling_by_size", throttling());
        rules.put("replica.backup_request_throttling", throttling());
        rules.put("replica.slow_query_threshold", integer(20, Long.MAX_VALUE));
        rules.put("replica.rocksdb_iteration_threshold_time_ms", integer(0, Long.MAX_VALUE));
        rules.put("replica.rocksdb_block_cache_enabled", bool());
        rules.put("replica.split.validate_partition_hash", bool());
        rules.put("replica.bulk_load_generations_kept", integer(0, 100));
        rules.put("replica.bulk_load_generation_kept_seconds", integer(0, 31_536_000));
        rules.put("rocksdb.usage_scenario", choice("normal", "prefer_write", "bulk_load"));
        rules.put("rocksdb.allow_ingest_behind", bool());
        rules.put("rocksdb.write_buffer_size", integer(16 * MIB, 512 * MIB));
        rules.put("rocksdb.num_levels", integer(1, 10));
        rules.put("rocksdb.checkpoint.reserve_min_count", integer(1, Integer.MAX_VALUE));
        rules.put("rocksdb.checkpoint.reserve_time_seconds", integer(0, Integer.MAX_VALUE));
        rules.put("manual_compact.disabled", bool());
        rules.put("manual_compact.max_concurrent_running_count", integer(0, Integer.MAX_VALUE));
        rules.put("manual_compact.once.trigger_time", integer(1, Long.MAX_VALUE).withSample("1700000000"));
        rules.put("manual_compact.once.target_level", targetLevel());
        rules.put("manual_compact.once.bottommost_level_compaction", choice("force", "skip"));
        rules.put("manual_compact.periodic.trigger_time", timesOfDay());
        rules.put("manual_compact.periodic.target_level", targetLevel());
        rules.put("manual_compact.periodic.bottommost_level_compaction", choice("force", "skip"));
        rules.put("user_specified_compaction", text());
        rules.put("business.info", text().withSample("owned by the shop"));
        rules.put("replica_access_controller.allowed_users", text().withSample("user1,user2"));
        rules.put("replica_access_controller.ranger_policies", text());
        return Map.copyOf(rules);
    }

    private static Rule integer(long min, long max) {
        return new Rule(
                "int",
                text -> isInteger(text, min, max),
                "an integer from " + min + " to " + max,
                Long.toString(Math.max(min, Math.min(max, 1000))));
    }

    private static Rule targetLevel() {
        return new Rule(
                "int",
                text -> isInteger(text, 1, Integer.MAX_VALUE) || text.equals("-1"),
                "-1 or an integer from 1 up",
                "-1");
    }

    private static Rule bool() {
        return new Rule(
                "bool",
                text -> Set.of("true", "false").contains(text.toLowerCase(Locale.ROOT)),
                "'true' or 'false'",
                "true");
    }

    private static Rule choice(String... words) {
        return new Rule("string", List.of(words)::contains, "one of " + String.join(", ", words), words[0]);
    }

    private static Rule text() {
        return new Rule("string", text -> true, "text", "");
    }

    private static Rule timesOfDay() {
        return new Rule(
                "string",
                text -> {
                    List<String> times = List.of(text.split(",", -1));
                    return times.size() <= TIMES_OF_DAY_MAX
                            && times.stream()
                                    .allMatch(time -> TIME_OF_DAY.matcher(time).matches());
                },
                "up to " + TIMES_OF_DAY_MAX + " times of the day such as 3:00,21:30",
                "3:00,21:30");
    }

    private static Rule throttling() {
        return new Rule(
                "string",
                AppEnvs::isThrottling,
                "<n>[K|M]*delay*<ms> and <n>[K|M]*reject*<ms> at most once each, by comma",
                "10K*delay*100,20K*reject*100");
    }

    private static boolean isThrottling(String text) {
        Set<String> kinds = new HashSet<>();
        for (String limit : text.split(",", -1)) {
            Matcher matcher = LIMIT.matcher(limit);
            if (!matcher.matches() || !kinds.add(matcher.group(2))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isInteger(String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            return value >= min && value <= max;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
