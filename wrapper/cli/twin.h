/*
 * twin: the server of a project's own, for sccache = "on" (model/twin.h).
 *
 * It is a run of seal-exec like others, whose command is the server and whose grants are those of
 * the command "cargo" in this project: what the manifest and that bundle say, so a subset of every
 * run that may use it. Taken away are the network, ports, sockets, buses and the caller's
 * variables; added is a folder for its cache, which no other run sees. `seal-exec sccache serve` is
 * its front, started by the porter of a run (keeper/porter.h).
 */
#ifndef SEAL_CLI_TWIN_H
#define SEAL_CLI_TWIN_H

#include "cli/session.h"
#include "keeper/keeper.h"

/* Where the project keeps records and cache, outside of every sandbox. */
const char *twin_folder(struct session *s);
const char *twin_cache(struct session *s);

/* Has a twin for the run that is planned, if it wants one, and puts its porter into K. Ends the
 * process (125) if there can be none. */
void twin_begin(struct session *s, struct keeping *k);

/* The front of a twin of PROJECT: says which it is, and becomes it unless it runs already. */
int twin_serve(struct session *s, const char *project);

#endif
