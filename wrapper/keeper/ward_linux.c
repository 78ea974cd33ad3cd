#include "keeper/ward.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/mutant.h"
#include "base/pidfd.h"
#include "keeper/twins.h"

enum {
	LOOK_MS = 100, /* between two looks whether somebody uses a twin */
	END_MS = 2000, /* for what is killed to end */
	TURN_MS = 5,   /* between two looks at one that another process ends */
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void nap(void)
{
	const struct timespec turn = {.tv_nsec = TURN_MS * 1000000L};

	nanosleep(&turn, NULL);
}

/* False if it has not ended in time. */
static bool end_process(int fd, int sig)
{
	bool ended;

	if (fd < 0)
		return true;
	pidfd_signal(fd, sig);
	ended = pidfd_ended(fd, END_MS);
	close(fd);
	return ended;
}

/* The first process goes first: its front is to see that and to tidy up. One that does not is
 * killed, and then its keeper does it. */
static bool end_twin(const char *records, const char *name)
{
	const long long deadline = now_ms() + 3LL * END_MS;
	struct twin_record r;

	if (!twin_look(records, name, &r))
		return true;
	end_process(twin_process(r.init, r.init_started), SIGKILL);
	/* One whose sandbox does not stand yet ends by this. */
	if (!end_process(twin_process(r.front, r.front_started), r.init ? 0 : SIGTERM))
		end_process(twin_process(r.front, r.front_started), SIGKILL);
	for (; twin_look(records, name, &r); nap())
		if (now_ms() > deadline)
			return false;
	return true;
}

bool ward_end(const char *records, const char *name, int init)
{
	const long long deadline = now_ms() + 4LL * END_MS;
	bool ended;
	int claim;

	for (; !WITHOUT(TWINEND); nap()) {
		switch (twin_claim(records, name, &claim)) {
		case CLAIM_GONE: /* it has ended; or its record is lost, and it is nobody's */
			return end_process(init, SIGKILL);
		case CLAIM_USED:
			return true;
		case CLAIM_MADE:
			ended = end_twin(records, name);
			close(claim);
			return ended;
		case CLAIM_OTHER:
			if (now_ms() > deadline)
				return false;
		}
	}
	return true;
}

/* In a process of its own, until FRONT (a pidfd) has ended. Who has it started uses it soon. */
static _Noreturn void ward(const char *records, const char *name, int front)
{
	const long long begun = now_ms();
	struct twin_record r;
	bool seen = false;

	while (!pidfd_ended(front, LOOK_MS))
		if (!twin_look(records, name, &r))
			pidfd_signal(front, SIGKILL); /* without a record nobody finds it */
		else if (twin_is_used(records, name))
			seen = true;
		else if (seen || now_ms() - begun > TWIN_START_MS)
			ward_end(records, name, -1);
	_exit(EXIT_SUCCESS);
}

bool ward_start(const char *records, const char *name, int record)
{
	int front = pidfd_of(getpid());
	pid_t pid = front < 0 ? -1 : fork();

	if (pid == 0) {
		close(record); /* who holds it is the twin */
		prctl(PR_SET_NAME, "seal-ward");
		ward(records, name, front);
	}
	if (front >= 0)
		close(front);
	return pid > 0;
}
