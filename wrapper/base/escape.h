/*
 * escape: the one way from foreign bytes to the user's terminal.
 *
 * Names of files, keys of a manifest, hosts that a payload asked for: all may hold terminal
 * control sequences or fake a second line. Every print of seal-exec goes through here: control
 * characters (C0, DEL, C1), invalid UTF-8 and the Unicode controls that reorder or hide text
 * (bidirectional overrides, zero-width characters; "Trojan Source", CVE-2021-42574) become
 * visible escapes.
 */
#ifndef SEAL_BASE_ESCAPE_H
#define SEAL_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies the string S into OUT (SIZE bytes, always NUL-terminated when SIZE > 0), escaped:
 * "\n", "\t", "\\x1b", "\\u{202e}". Stops before a character that does not fit. Returns the
 * bytes written without the NUL.
 */
size_t escape_line(char *out, size_t size, const char *s);

/*
 * Decodes one UTF-8 sequence of at most LEN bytes (RFC 3629: no surrogates, nothing above
 * U+10FFFF, shortest form). Returns its length and sets *CP, or 0 if invalid.
 */
size_t utf8_decode(const char *s, size_t len, unsigned *cp);

/* True if CP must not reach a terminal as it is. */
bool codepoint_hidden(unsigned cp);

#endif
