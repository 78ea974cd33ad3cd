/*
 * table: the catalogue as a table, a row a bundle, for seal-bundle(5) and README.md.
 */
#ifndef SEAL_GEN_TABLE_H
#define SEAL_GEN_TABLE_H

#include "base/strbuf.h"

/* The bundles in FILES (ended by NULL), in their order. A fault in one ends the program. */
void table_mdoc(char *const *files, struct strbuf *out);
void table_markdown(char *const *files, struct strbuf *out);

#endif
