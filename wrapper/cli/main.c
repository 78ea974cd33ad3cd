/*
 * main: which of two things is asked for: a subcommand, or the wrapper of a command.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/mutant.h"
#include "cli/session.h"
#include "config.h"

static const struct {
	const char *name;
	int (*run)(struct session *s);
} subcommands[] = {
#define SUBCOMMAND(name, function, scope, arguments, help) {name, function},
#include "cli/subcommands.def"
#undef SUBCOMMAND
};

static int print_help(struct session *s)
{
	struct strbuf text = STRBUF_INIT;

	(void)s;
	opts_help(SCOPE_GLOBAL, &text);
	session_print(&text);
	return 0;
}

static int print_version(void)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_adds(&text, "seal-exec " PACKAGE_VERSION);
	if (SEAL_WITHOUT)
		strbuf_addc(&text, ' ');
	mutant_lacks(&text);
	strbuf_addc(&text, '\n');
	session_print(&text);
	return 0;
}

/* Those who test the tests have asked for it, and compare what is printed. */
static void warn_lacks(void)
{
	struct strbuf text = STRBUF_INIT;

	if (!SEAL_WITHOUT || getenv("SEAL_MUTANT_TEST"))
		return;
	mutant_lacks(&text);
	warn_line("%s", text.s);
	strbuf_release(&text);
}

/*
 * Descriptors of the caller are not the run's: none but 0 to 2 reaches a child of ours. A closed
 * one of these is opened on /dev/null, so that no file of ours lands there.
 */
static void own_descriptors(void)
{
	socklen_t length;
	struct stat st;
	int fd, domain;

	if (!fd_fill_stdio())
		die_errno("cannot open /dev/null");
	if (!WITHOUT(CLOSEFDS))
		fd_cloexec_from(3);
	for (fd = 0; !WITHOUT(STDIO) && fd < 3; fd++) {
		length = sizeof domain;
		if (fstat(fd, &st) != 0)
			die_errno("cannot look at descriptor %d", fd);
		if (S_ISDIR(st.st_mode))
			die("descriptor %d is a directory, through which the command would see the "
			    "host; give it a file, a pipe or /dev/null",
				fd);
		if (!S_ISSOCK(st.st_mode))
			continue;
		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0)
			die_errno("cannot look at descriptor %d", fd);
		if (domain != AF_UNIX)
			die("descriptor %d is a socket of the host's network, which the command "
			    "could use for more; put a pipe between",
				fd);
	}
}

int main(int argc, char **argv)
{
	static struct session s;
	const char *word;
	size_t i;

	own_descriptors();
	opts_read(&s.options, SCOPE_GLOBAL, argc > 0 ? argv + 1 : argv);
	if (s.options.set[OPT_HELP])
		return print_help(&s);
	if (s.options.set[OPT_VERSION])
		return print_version();
	warn_lacks();
	word = s.options.rest[0];
	if (!word)
		die("there is no command to run; seal-exec --help says how to use it");
	for (i = 0; !s.options.separated && i < sizeof subcommands / sizeof *subcommands; i++)
		if (strcmp(word, subcommands[i].name) == 0)
			return subcommands[i].run(&s);
	return cmd_run(&s);
}
