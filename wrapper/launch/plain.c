/*
 * profile = "off" of the user's own configuration: the command as if seal-exec were not there.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "launch/launch.h"

int launch_unconfined(char **argv)
{
	int error;

	execvp(argv[0], argv);
	error = errno;
	warn_line("%s: %s", argv[0], strerror(error));
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC;
}
