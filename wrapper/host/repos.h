/*
 * repos: which git repositories a run may write, and what of their files git runs later, outside.
 *
 * What is found was left there by whoever wrote last, an earlier run of a guest too. So nothing is
 * executed, git least of all; no symlink is followed to read; only regular files of a limited
 * size are read, without waiting; and the work is bounded whatever the tree is.
 *
 * Not looked for: bare repositories (a folder with HEAD, objects and refs is only that), and what
 * is below folders of other tools (skipped[] in repos.c), which hold packages by the ten thousand.
 */
#ifndef SEAL_HOST_REPOS_H
#define SEAL_HOST_REPOS_H

#include "base/strvec.h"
#include "model/facts.h"

/*
 * So many folders, pointers and files of configuration are looked at in all, breadth first; so many
 * folders beside that have no folders in them, which costs little; and so many bytes of
 * configuration are read. What is left out then is said (repos_cut, unread).
 */
enum { REPOS_LOOKS = 4096, REPOS_BARREN = 16384, REPOS_BYTES = 4 * 1024 * 1024 };

/*
 * Fills F->repos, repos_cut and manifests: the repository at each of ROOTS (canonical folders, the
 * most important first) and all below. F->home, user and project are known.
 */
void host_find_repos(struct facts *f, const struct strvec *roots, struct arena *arena);

#endif
