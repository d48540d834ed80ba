/*
 * test_identity.c - identity numbers, credit codes, the shapes of other numbers, agreement numbers. The numbers are
 * synthetic: right by their check characters, of nobody.
 */
#include "shared/domain/identity.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EACH(list) (const char *const *at = (list); *at; at++)

static const char *const good_identities[] = {"11010519491231002X",
                                              "110101199901010010",
                                              "110108200103150027",
                                              "310101200212301237",
                                              "440306200111110011",
                                              "510104200206060023",
                                              "650102200002290044" /* leap day */,
                                              NULL};

static void valid_identities(void)
{
    for
        EACH(good_identities)
    CU_ASSERT_EQUAL(identity_check(*at, 20260630), ID_OK);
    CU_ASSERT_EQUAL(identity_check("11010519491231002x", 0), ID_OK);
}

static void any_other_check_character_is_refused(void)
{
    for
        EACH(good_identities)
    for (const char *c = "0123456789X"; *c; c++) {
        char number[19];
        memcpy(number, *at, sizeof number);
        number[17] = *c;
        CU_ASSERT_EQUAL(identity_check(number, 0), *c == (*at)[17] ? ID_OK : ID_CHECK);
    }
}

/* The check character finds every wrong digit and every swap of neighbours: what it is for. */
static void one_wrong_digit_is_found(void)
{
    for
        EACH(good_identities)
    for (size_t i = 0; i < 17; i++)
        for (char d = '0'; d <= '9'; d++) {
            char number[19];
            memcpy(number, *at, sizeof number);
            number[i] = d;
            CU_ASSERT_EQUAL(identity_check(number, 0) == ID_OK, d == (*at)[i]);
        }
}

static void wrong_identities_by_kind(void)
{
    CU_ASSERT_EQUAL(identity_check("110101200102290015", 0), ID_DATE); /* right check character, no such day */
    CU_ASSERT_EQUAL(identity_check("", 0), ID_LENGTH);
    CU_ASSERT_EQUAL(identity_check("11010119990101001", 0), ID_LENGTH);
    CU_ASSERT_EQUAL(identity_check("1101011999010100100", 0), ID_LENGTH);
    CU_ASSERT_EQUAL(identity_check("11010119990101O010", 0), ID_CHARACTERS);
    CU_ASSERT_EQUAL(identity_check("11010119990101001Y", 0), ID_CHARACTERS);
    CU_ASSERT_EQUAL(identity_check("990101199901010010", 0), ID_REGION);
    CU_ASSERT_EQUAL(identity_check("110101199901010010", 19981231), ID_DATE); /* not born yet */
    CU_ASSERT_EQUAL(identity_check("110101199901010010", 19990101), ID_OK);
    SAME_TEXT(identity_error_code(ID_CHECK), "check");
}

static void what_an_identity_number_says(void)
{
    char number[] = "11010519491231002x";
    CU_ASSERT_FALSE(identity_male("110105194912310028"));
    CU_ASSERT_TRUE(identity_male("110101199901010010"));
    CU_ASSERT_EQUAL(identity_birth("650102200002290044"), 20000229);
    identity_normalise(number);
    SAME_TEXT(number, "11010519491231002X");
}

static const char *const good_credit_codes[] = {"91350100M000100Y43" /* the standard's own example */,
                                                "91110108MA00000A9G",
                                                "1210000040000000XN",
                                                "11440000007000003U",
                                                "92310115MA1H000047",
                                                "52110000500000007X",
                                                "13330000470000005H",
                                                NULL};

static void valid_credit_codes(void)
{
    for
        EACH(good_credit_codes)
    CU_ASSERT_EQUAL(credit_code_check(*at), CREDIT_OK);
    CU_ASSERT_TRUE(credit_code_organisation_ok("91350100M000100Y43"));
    CU_ASSERT_FALSE(credit_code_organisation_ok("91350100M000100Y53"));
}

static void any_other_credit_check_is_refused(void)
{
    for
        EACH(good_credit_codes)
    for (const char *c = "0123456789ABCDEFGHJKLMNPQRTUWXY"; *c; c++) {
        char code[19];
        memcpy(code, *at, sizeof code);
        code[17] = *c;
        CU_ASSERT_EQUAL(credit_code_check(code), *c == (*at)[17] ? CREDIT_OK : CREDIT_CHECK);
    }
}

static void wrong_credit_codes_by_kind(void)
{
    CU_ASSERT_EQUAL(credit_code_check("91350100M000100Y4"), CREDIT_LENGTH);
    CU_ASSERT_EQUAL(credit_code_check("91350100M000100I43"), CREDIT_CHARACTERS); /* no I, O, S, V, Z */
    CU_ASSERT_EQUAL(credit_code_check("9135010AM000100Y43"), CREDIT_CHARACTERS); /* region: digits */
    CU_ASSERT_EQUAL(credit_code_check("99350100M000100Y43"), CREDIT_PREFIX);
    CU_ASSERT_EQUAL(credit_code_check("91350100M000100Y44"), CREDIT_CHECK);
    SAME_TEXT(credit_error_code(CREDIT_PREFIX), "prefix");
}

static void expect_all(bool (*ok)(const char *), const char *const *list, bool wanted)
{
    for
        EACH(list)
        {
            if (ok(*at) != wanted)
                printf("       \"%s\"\n", *at);
            CU_ASSERT_EQUAL(ok(*at), wanted);
        }
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void shapes_of_phones(void)
{
    expect_all(phone_ok,
               LIST("62751234", "6275123", "010-62751234", "01062751234", "0755-26531234", "07552653123",
                    "010-62751234-8001", "4008101234", "400-810-1234", "800-810-1234"),
               true);
    expect_all(phone_ok,
               LIST("", "627512", "138000011112", "13800001111", "010-", "010-62751234-", "010-62751234-1234567",
                    "62751234 ", "400-810-12345", "400-81-1234", "10-62751234"),
               false);
    expect_all(mobile_ok, LIST("13800001111", "19912345678"), true);
    expect_all(mobile_ok, LIST("", "12800001111", "1380000111", "138000011112", "1380000111x", "+8613800001111"),
               false);
}

static void shapes_of_the_rest(void)
{
    expect_all(email_ok, LIST("zhang@example.cn", "z.hang+job@mail.example.com", "1@a.cn"), true);
    expect_all(email_ok,
               LIST("", "zhang", "@example.cn", "zhang@", "zhang@example", "zhang@example.", "a..b@example.cn",
                    ".a@example.cn", "a.@example.cn", "a b@example.cn", "a@-example.cn", "a@example-.cn",
                    "a@b@example.cn", "\xe5\xbc\xa0@example.cn", "a@example..cn", "a@example.cn-"),
               false);
    expect_all(postcode_ok, LIST("100871"), true);
    expect_all(postcode_ok, LIST("", "10087", "1008711", "10087a"), false);
    expect_all(school_code_ok, LIST("10001", "80168"), true);
    expect_all(school_code_ok, LIST("", "1001", "100011", "1000a"), false);
    expect_all(exam_no_ok, LIST("18110102154328", "100016210000001", "18110102"), true);
    expect_all(exam_no_ok, LIST("", "1811010", "1811010215432800000", "1811010215432-"), false);
    CU_ASSERT_TRUE(date_ok(20000229) && date_ok(20240229) && date_ok(19991231));
    CU_ASSERT_FALSE(date_ok(19000229) || date_ok(20230229) || date_ok(20231301) || date_ok(20230631) || date_ok(0));
}

/* ------------------------------------------------------------------ agreement numbers */

static const uint8_t key[16] = "0123456789abcdef";

static void agreement_number_shape(void)
{
    char number[20];
    agreement_number(number, 2021, 1, "10001", 7, key);
    CU_ASSERT_EQUAL(strlen(number), 19);
    CU_ASSERT_EQUAL(strncmp(number, "2021110001", 10), 0);
    CU_ASSERT_EQUAL(strspn(number, "0123456789"), 19);
}

static int by_value(const void *a, const void *b)
{
    const long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static void agreement_numbers_differ(void)
{
    enum { N = 100000 };
    static long nine[N];
    size_t neighbours = 0, same = 0;
    char number[20];
    for (uint32_t i = 0; i < N; i++) { /* both ends of the range */
        agreement_number(number, 2026, 1, "10001", i < N / 2 ? i : 1000000000u - N + i, key);
        nine[i] = strtol(number + 10, NULL, 10);
        neighbours += i > 0 && labs(nine[i] - nine[i - 1]) < 1000;
    }
    qsort(nine, N, sizeof nine[0], by_value);
    for (size_t i = 1; i < N; i++)
        same += nine[i] == nine[i - 1];
    CU_ASSERT_EQUAL(same, 0);
    CU_ASSERT(neighbours < 10); /* chance alone: 0.2 */
    CU_ASSERT(nine[0] >= 0 && nine[N - 1] <= 999999999);
}

static void agreement_number_depends_on_its_key(void)
{
    const uint8_t other[16] = "0123456789abcdeg";
    char a[20], b[20], c[20], again[20];
    agreement_number(a, 2026, 1, "10001", 1, key);
    agreement_number(b, 2026, 1, "10001", 1, other);
    agreement_number(c, 2027, 1, "10001", 1, key);
    agreement_number(again, 2026, 1, "10001", 1, key);
    CU_ASSERT_NOT_EQUAL(strcmp(a + 10, b + 10), 0);
    CU_ASSERT_NOT_EQUAL(strcmp(a + 10, c + 10), 0);
    SAME_TEXT(again, a);
}

static const struct unit_test tests[] = {
    {"GB 11643: valid numbers", valid_identities},
    {"GB 11643: any other check character is refused", any_other_check_character_is_refused},
    {"GB 11643: one wrong digit is found", one_wrong_digit_is_found},
    {"GB 11643: what is wrong is named", wrong_identities_by_kind},
    {"GB 11643: sex and birth", what_an_identity_number_says},
    {"GB 32100: valid codes", valid_credit_codes},
    {"GB 32100: any other check character is refused", any_other_credit_check_is_refused},
    {"GB 32100: what is wrong is named", wrong_credit_codes_by_kind},
    {"S2.1.2 phones and mobiles", shapes_of_phones},
    {"S2.1.2 e-mail, postcode, school, exam number, date", shapes_of_the_rest},
    {"S2.5.6 an agreement number's shape", agreement_number_shape},
    {"S2.5.6 numbers never meet, neighbours are far apart", agreement_numbers_differ},
    {"S2.5.6 a number hangs on key and year", agreement_number_depends_on_its_key},
    {0},
};
UNIT_SUITE(identity_suite, "identity", tests);
