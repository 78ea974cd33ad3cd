/*
 * cgroup: is there a part of the cgroup v2 tree in which this user may make a group for a run?
 *
 * A process may be moved by who may write cgroup.procs of where it goes and of the nearest folder
 * above both ends; and only a leaf holds processes once controllers are on. So the run's group is
 * a sibling of our own, in its parent, if that is ours to write and has controllers on for its
 * children. Below systemd's user manager it is so; in a session of ssh or on a console it is not.
 * Our own group may serve where it is the root of all. cgroups(7), Delegation.
 */
#ifndef SEAL_HOST_CGROUP_H
#define SEAL_HOST_CGROUP_H

#include "base/arena.h"
#include "model/limits.h"

/* Our own group by the text of /proc/self/cgroup, as "/a/b"; NULL if there is no cgroup v2. */
const char *cgroup_own(const char *text, struct arena *arena);

/*
 * The folder of group OWN by the text of /proc/self/mountinfo, and in *ROOT the mount point that
 * it lies in; NULL if no cgroup v2 that shows it is mounted.
 */
const char *cgroup_folder(
	const char *mountinfo, const char *own, const char **root, struct arena *arena);

/* Looks at FOLDER and its parent, not above ROOT, and fills cgroup, memory, pids and why of OUT. */
void cgroup_look(
	struct limit_facts *out, const char *root, const char *folder, struct arena *arena);

/* True for a release ("5.10.0-32-amd64") of before MAJOR.MINOR; false if it says nothing. */
bool release_before(const char *release, unsigned major, unsigned minor);

#endif
