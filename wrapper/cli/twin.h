/*
 * twin: the server of a project's own, for sccache = "on" (model/twin.h).
 *
 * It is a run of seal-exec like others, whose command is the server and whose grants are those of
 * the command "cargo" in this project: what the manifest and that bundle say, so a subset of every
 * run that may use it. Taken away are the network, ports, sockets, buses, the caller's variables
 * and what an .envrc brings; added is a folder for its cache, which no other run sees. `seal-exec
 * sccache serve` is its front, started by the porter of a run (keeper/porter.h), which plans it
 * first, too, and takes no other.
 */
#ifndef SEAL_CLI_TWIN_H
#define SEAL_CLI_TWIN_H

#include "cli/session.h"
#include "keeper/keeper.h"
#include "model/twin.h"

/* Where the project keeps records and cache, outside of every sandbox. */
const char *twin_folder(struct session *s);
const char *twin_cache(struct session *s);

/* The folder of all projects', and in PREFIX with what the name begins of each folder of a project
 * that is or was at this path. */
const char *twin_folders(struct session *s, const char **prefix);

/* What the last run's server counted, as text that a guest may have written. */
const char *twin_counted(struct session *s);

/* Plans it, in a session that stands in the project. */
void twin_plan(struct session *s);

/* Of a session that has planned it: all that it is granted, as digits, and its name, which begins
 * with them (model/twin.h). */
void twin_grants(struct session *s, char grants[TWIN_GRANTS + 1]);
void twin_name(struct session *s, char name[TWIN_NAME_SIZE]);

/* The same grants, by what RUN has read. Ends the process (125) if that is written otherwise now.
 */
void twin_foresee(struct session *run, char grants[TWIN_GRANTS + 1]);

/* Has a twin for the run that is planned, if it wants one, and puts its porter into K. Ends the
 * process (125) if there can be none. */
void twin_begin(struct session *s, struct keeping *k);

/* The front of a twin of PROJECT with these GRANTS: says which it is, and becomes it unless it runs
 * already. */
int twin_serve(struct session *s, const char *project, const char *grants);

/* Has the twin NAME of PROJECT, which runs, asked what it counted, and keeps the answer. */
int twin_count(struct session *s, const char *project, const char *name);

#endif
