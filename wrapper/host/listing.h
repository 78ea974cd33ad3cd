/*
 * listing: the names in a folder, with what each is, for one system call a folder beside opening
 * it. What the C library has for this asks two things more of each folder, and allocates.
 */
#ifndef SEAL_HOST_LISTING_H
#define SEAL_HOST_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "model/facts.h"

struct listing {
	int fd;         /* the folder */
	int failed;     /* an errno: what was read is not all */
	dev_t asked;    /* the device of the last folder that listing_has_no_folder() saw, */
	bool is_honest; /* and that its file system counts links by the rule; kept over folders */
	size_t at, len;
	_Alignas(8) char bytes[32 * 1024];
};

/*
 * Opens the folder PATH, reached without a symlink; false with errno. On success listing_close()
 * is the caller's duty.
 */
bool listing_open(struct listing *l, const char *path);

/*
 * The next name, without "." and "..", valid until the next call; NULL at the end. KIND is of
 * the name itself; PATH_OTHER if nobody knows.
 */
const char *listing_next(struct listing *l, enum path_kind *kind);

/* What NAME in the folder is, asked for by name; PATH_MISSING if surely nothing. */
enum path_kind listing_kind(const struct listing *l, const char *name);

/*
 * True if the folder NAME in this one surely has no folder in it. On most file systems each of them
 * would be a link to it, by its "..". It costs an eighth of opening and reading it (ext4).
 */
bool listing_has_no_folder(struct listing *l, const char *name);

void listing_close(struct listing *l);

#endif
