/*
 * What the two halves share: repos.c searches trees, repo.c reads one repository.
 */
#ifndef SEAL_HOST_REPOS_PRIV_H
#define SEAL_HOST_REPOS_PRIV_H

#include "host/listing.h"
#include "host/repos.h"

struct search {
	struct facts *facts;
	struct arena *arena;
	struct listing listing;      /* of one folder at a time: */
	const char *path;            /* this one */
	size_t looks, barren, bytes; /* what of the limits is used */
};

/* Takes one look off; false, and repos_cut, if there is none left. */
bool search_look(struct search *s);

/* Opens S->listing, with a look. False, and repos_cut if there may be something that is not seen.
 */
bool search_open(struct search *s, const char *path);

/* NAME of the open folder to QUEUE, which is no longer than the looks that there are. */
void search_later(struct search *s, struct strvec *queue, const char *name);

/* Closes it; repos_cut if it was not read to its end. */
void search_close(struct search *s);

/* Adds the repository whose .git, a LINK, is in ROOT. */
void repo_read(struct search *s, const char *root, enum path_kind link);

#endif
