/*
 * json: enough of JSON (RFC 8259) to look into what the renderers print. Values are pointers into
 * the text; nothing is copied.
 */
#ifndef SEAL_TESTS_JSON_H
#define SEAL_TESTS_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* True if TEXT is one value and nothing else but white space. */
bool json_valid(const char *text);

/* The value of KEY (plain ASCII) in the object at AT; NULL if AT is NULL, no object, or has none.
 */
const char *json_member(const char *at, const char *key);

/* The element I of the array at AT; NULL if there is none. */
const char *json_element(const char *at, size_t i);

/* True if the value at AT is the string S. */
bool json_is(const char *at, const char *s);

#endif
