/*
 * secrets.h - the server's key file; what is made at random and only ever stored as a hash; look-ups by keyed hash.
 */
#ifndef QX_SECRETS_H
#define QX_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads FILE ("name=hex" lines), or makes it (mode 0600) with fresh keys when it isn't there. false: why. */
bool secrets_load(const char *file, uint8_t hmac_key[32], uint8_t park_key[32], char *why, size_t len);

enum { SECRET_HASH = 32, TOKEN_TEXT = 65, CODE_TEXT = 32 };

/* A session's token: 256 bits as hex; stored is its hash. */
void token_make(char text[TOKEN_TEXT], uint8_t hash[SECRET_HASH]);
void token_hash(const char *text, uint8_t hash[SECRET_HASH]);
/* An activation code: 128 bits as 26 letters and digits in groups of five ("7K2QM-…"), without I, L, O, U. */
void activation_code_make(char text[CODE_TEXT], uint8_t hash[SECRET_HASH]);
/* As typed: case, blanks and dashes don't matter, O is 0, I and L are 1. */
void activation_code_hash(const char *typed, uint8_t hash[SECRET_HASH]);
/* HMAC-SHA-512-256 of the normalised identity or phone number (person.identity_hmac, graduate.mobile_hmac). */
void number_hmac(const uint8_t key[32], const char *number, uint8_t hmac[32]);
/* Bytes as PostgreSQL's bytea text: \x and hex; text: 2 * n + 3 bytes. */
void bytea_text(char *text, size_t size, const uint8_t *bytes, size_t n);

#endif
