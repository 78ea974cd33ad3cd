/*
 * witness MARKER CANARY PORT PID: a command that tells the host whether it runs confined. It makes
 * MARKER, appends what comes of each attempt to get out, a line each, and ends with 7:
 *
 *	canary		reads the file CANARY of the host
 *	dial		connects to 127.0.0.1:PORT
 *	process		looks whether there is a process PID, which is one of the host's
 *	environment	looks for SEAL_CANARY in its own environment and in that of pid 1
 *	descriptors	counts its descriptors
 *	capability	looks for one in its effective set
 *	keyctl		asks for the session's keyring: seccomp refuses it
 *	landlock	makes a file in /dev, which the mounts would allow
 *	denied, kept	reads "hidden/secret", makes "kept/new"
 *	manifest, law	writes seal.toml, sub/seal.toml
 *	hooks, settings	makes .git/hooks/new, writes .git/config
 *	named		makes named/new in the folder that core.hooksPath names
 *	nested		writes sub/inner/.git/config
 *	editor		makes .vscode/new, and the folder if it is not there
 *
 * Static and small: it runs wherever a program can run at all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int marker;

static void tell(const char *what, const char *how)
{
	char line[128];
	int n = snprintf(line, sizeof line, "%s %s\n", what, how);

	if (write(marker, line, (size_t)n) != n)
		_exit(8);
}

/* FAILED by errno, or it came through. */
static void tell_if(const char *what, int failed)
{
	tell(what, failed ? strerrorname_np(errno) : "done");
}

static int opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int dial(const char *port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtol(port, NULL, 10)),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	r = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)&at, sizeof at);
	if (fd >= 0)
		close(fd);
	return r;
}

static int has_canary(const char *environment)
{
	static char text[100000];
	int fd = open(environment, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);

	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(text, (size_t)n, "SEAL_CANARY", 11) != NULL;
}

static const char *descriptors(void)
{
	static char number[16];
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fd != marker && fcntl(fd, F_GETFD) >= 0;
	snprintf(number, sizeof number, "%d", n);
	return number;
}

static const char *capability(void)
{
	struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (syscall(SYS_capget, &self, sets) != 0)
		return strerrorname_np(errno);
	return sets[0].effective || sets[1].effective ? "some" : "none";
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	marker = open(argv[1], O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	if (marker < 0)
		return 8;
	tell_if("canary", opens(argv[2], O_RDONLY) < 0);
	tell_if("dial", dial(argv[3]) < 0);
	tell_if("process", kill((pid_t)strtol(argv[4], NULL, 10), 0) < 0);
	tell("environment",
		has_canary("/proc/self/environ") || has_canary("/proc/1/environ") ? "some"
										  : "none");
	tell("descriptors", descriptors());
	tell("capability", capability());
	tell_if("keyctl", syscall(SYS_keyctl, 0, -3, 0, 0, 0) < 0);
	tell_if("landlock", opens("/dev/witness", O_CREAT | O_WRONLY) < 0);
	tell_if("denied", opens("hidden/secret", O_RDONLY) < 0);
	tell_if("kept", opens("kept/new", O_CREAT | O_WRONLY) < 0);
	tell_if("manifest", opens("seal.toml", O_WRONLY) < 0);
	tell_if("hooks", opens(".git/hooks/new", O_CREAT | O_WRONLY) < 0);
	tell_if("settings", opens(".git/config", O_WRONLY) < 0);
	tell_if("named", opens("named/new", O_CREAT | O_WRONLY) < 0);
	tell_if("nested", opens("sub/inner/.git/config", O_WRONLY) < 0);
	tell_if("law", opens("sub/seal.toml", O_WRONLY) < 0);
	mkdir(".vscode", 0700);
	tell_if("editor", opens(".vscode/new", O_CREAT | O_WRONLY) < 0);
	return 7;
}
