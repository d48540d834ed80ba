/*
 * secrets.c - see secrets.h. Whoever reads the database alone can neither log in nor try identity numbers: tokens and
 * codes are hashes of many random bits there, numbers are keyed with a key it does not hold.
 */
#include "secrets.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A key file that is lost with the power would leave hashes behind that nobody can compute again. */
static bool sync_folder(const char *file)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", file);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_random_keys(int fd)
{
    uint8_t keys[2][32];
    char hex[2][65];
    randombytes_buf(keys, sizeof keys);
    sodium_bin2hex(hex[0], sizeof hex[0], keys[0], 32);
    sodium_bin2hex(hex[1], sizeof hex[1], keys[1], 32);
    bool ok = dprintf(fd,
                      "# quxiangd's keys. Lost: nobody is found by identity number any more. Keep a copy.\n"
                      "hmac_key=%s\npark_key=%s\n",
                      hex[0], hex[1]) > 0 &&
              fsync(fd) == 0;
    sodium_memzero(keys, sizeof keys);
    sodium_memzero(hex, sizeof hex);
    return ok;
}

/* Made beside its place and linked there when it is whole: servers that start at once share the first one's, and one
 * that is killed leaves none half-made. */
static bool write_keys(const char *file, char *why, size_t len)
{
    char making[PATH_MAX];
    snprintf(making, sizeof making, "%s.%ld", file, (long)getpid());
    int fd = open(making, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_random_keys(fd) && (link(making, file) == 0 || errno == EEXIST) && sync_folder(file);
    if (!ok)
        snprintf(why, len, "cannot make the key file %s: %s", file, strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(making);
    }
    return ok;
}

static bool take_key(const char *line, const char *name, uint8_t key[32])
{
    size_t n = strlen(name), got;
    return strncmp(line, name, n) == 0 && sodium_hex2bin(key, 32, line + n, strlen(line + n), "\n", &got, NULL) == 0 &&
           got == 32;
}

bool secrets_load(const char *file, uint8_t hmac_key[32], uint8_t park_key[32], char *why, size_t len)
{
    struct stat st;
    char line[256];
    bool hmac = false, park = false;
    if (access(file, F_OK) && errno == ENOENT && !write_keys(file, why, len))
        return false;
    FILE *f = fopen(file, "re");
    if (!f || fstat(fileno(f), &st) || (st.st_mode & 077)) {
        snprintf(why, len, f ? "the key file %s can be read by others: make it 0600" : "cannot read the key file %s",
                 file);
        if (f)
            fclose(f);
        return false;
    }
    while (fgets(line, sizeof line, f)) {
        hmac |= take_key(line, "hmac_key=", hmac_key);
        park |= take_key(line, "park_key=", park_key);
    }
    fclose(f);
    if (!hmac || !park)
        snprintf(why, len, "the key file %s lacks hmac_key or park_key (64 hex digits each)", file);
    return hmac && park;
}

void token_hash(const char *text, uint8_t hash[SECRET_HASH])
{
    crypto_hash_sha256(hash, (const uint8_t *)text, strlen(text));
}

void token_make(char text[TOKEN_TEXT], uint8_t hash[SECRET_HASH])
{
    uint8_t bits[32];
    randombytes_buf(bits, sizeof bits);
    sodium_bin2hex(text, TOKEN_TEXT, bits, sizeof bits);
    token_hash(text, hash);
}

static const char code_digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void activation_code_hash(const char *typed, uint8_t hash[SECRET_HASH])
{
    char code[CODE_TEXT * 2];
    size_t n = 0;
    for (; *typed && n < sizeof code; typed++) {
        int c = toupper((unsigned char)*typed);
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (isalnum(c))
            code[n++] = (char)c;
    }
    crypto_hash_sha256(hash, (const uint8_t *)code, n);
}

void activation_code_make(char text[CODE_TEXT], uint8_t hash[SECRET_HASH])
{
    uint8_t bits[26];
    size_t n = 0;
    randombytes_buf(bits, sizeof bits); /* 5 bits used of each: 130 in all */
    for (size_t i = 0; i < sizeof bits; i++) {
        if (i && i % 5 == 0 && i < 25)
            text[n++] = '-';
        text[n++] = code_digits[bits[i] & 31];
    }
    text[n] = '\0';
    activation_code_hash(text, hash);
}

void number_hmac(const uint8_t key[32], const char *number, uint8_t hmac[32])
{
    char normal[64];
    size_t n = 0;
    for (; *number && n < sizeof normal; number++)
        if (!isspace((unsigned char)*number) && *number != '-')
            normal[n++] = *number == 'x' ? 'X' : *number;
    crypto_auth(hmac, (const uint8_t *)normal, n, key);
}

void bytea_text(char *text, size_t size, const uint8_t *bytes, size_t n)
{
    text[0] = '\\';
    text[1] = 'x';
    sodium_bin2hex(text + 2, size - 2, bytes, n);
}
