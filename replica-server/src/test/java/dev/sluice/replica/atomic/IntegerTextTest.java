package dev.sluice.replica.atomic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class IntegerTextTest {
    private static final Pattern NUMBER =
            Pattern.compile("[ \\t\\n\\x0b\\f\\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))");

    @Property(tries = 2_000)
    void textIsReadAsAPatternAndBigNumbersReadIt(@ForAll("texts") String text) {
        assertThat(IntegerText.parse(text.getBytes(ISO_8859_1))).isEqualTo(naive(text));
    }

    @Property
    void everyNumberIsReadAsItIsWritten(@ForAll long number) {
        assertThat(IntegerText.parse(IntegerText.of(number))).hasValue(number);
        assertThat(IntegerText.parse(hex(number).getBytes(ISO_8859_1))).hasValue(number);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> noise =
                Arbitraries.strings().withChars(" \t\n+-0123789abcfxX\0\u00ff").ofMaxLength(8);
        Arbitrary<String> numbers = Arbitraries.bigIntegers()
                .between(BigInteger.ONE.shiftLeft(64).negate(), BigInteger.ONE.shiftLeft(64))
                .map(number -> number.toString());
        Arbitrary<String> edges = Arbitraries.of(
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809",
                "0x7fffffffffffffff",
                "0x8000000000000000",
                "-0x8000000000000000",
                "-0X8000000000000001",
                "0777777777777777777777",
                "01000000000000000000000",
                "-01000000000000000000000");
        return Arbitraries.oneOf(noise, numbers, edges);
    }

    private static OptionalLong naive(String text) {
        Matcher matcher = NUMBER.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        BigInteger value = matcher.group(2) != null
                ? new BigInteger(matcher.group(2), 16)
                : matcher.group(3) != null ? new BigInteger(matcher.group(3), 8) : new BigInteger(matcher.group(4));
        BigInteger signed = matcher.group(1).equals("-") ? value.negate() : value;
        return signed.bitLength() <= 63 ? OptionalLong.of(signed.longValueExact()) : OptionalLong.empty();
    }

    private static String hex(long number) {
        BigInteger value = BigInteger.valueOf(number);
        return (value.signum() < 0 ? "-" : "") + "0x" + value.abs().toString(16);
    }
}
