/*
 * known: the repositories that earlier runs found below a project.
 *
 * The search for them has an end (host/repos.h), and a command can make so many folders that the
 * next run's ends before it has seen a repository that lies deep. So what was found once is written
 * down, out of every command's reach, and looked at first.
 */
#ifndef SEAL_CLI_KNOWN_H
#define SEAL_CLI_KNOWN_H

#include "cli/session.h"

/* Reads the folders of those that are on record for the project: S->known. None inside a run: the
 * one around has read them, and the record is out of reach. */
void known_read(struct session *s);

/* Adds to OUT those of S->known that are still there. */
void known_roots(struct session *s, struct strvec *out);

/* Writes down what S->facts.repos has and the record has not. */
void known_write(struct session *s);

#endif
