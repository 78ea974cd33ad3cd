#include "cli/bare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "host/around.h"
#include "launch/bare.h"
#include "plan/bare.h"

/* Where temporary files go here: in a run of the lower tier it is not /tmp. */
static const char *temporary(enum around around)
{
	const char *dir = around == AROUND_LOWER ? getenv("TMPDIR") : NULL;

	return dir && *dir == '/' ? dir : "/tmp";
}

static void make_bare(struct session *s, enum around around, struct surroundings *here,
	struct bare_losses *losses)
{
	struct strvec asked = {0};

	bare_asks(&s->plan, &s->arena, &asked);
	host_surroundings(here, around, &asked, &s->arena);
	here->scratch = bare_scratch(temporary(around), &s->arena);
	if (!here->scratch && around != AROUND_FULL)
		die("%s: cannot make a folder for temporary files: %s", temporary(around),
			strerror(errno));
	plan_bare(&s->plan, here, losses, &s->arena, &s->diags);
	if (here->scratch && diag_any(&s->diags))
		bare_discard(here->scratch);
	session_refuse_faults(s);
}

int bare_inside(struct session *s)
{
	const enum around around = s->around;
	/* Its answer stands for all that was there when it was loaded. */
	const uint32_t layers = around == AROUND_FULL ? LAYERS_NAMESPACES | LAYER_BIT(KEEPER) : 0;
	bool verbose = s->options.set[OPT_VERBOSE];
	struct bare_losses losses;
	struct surroundings here;

	make_bare(s, around, &here, &losses);
	if (verbose)
		warn_line("inside a run of the %s tier: what that one shows and reaches is the "
			  "most that this one does",
			around == AROUND_FULL ? "full" : "lower");
	if (verbose && losses.unprotected)
		warn_line(
			"%zu protected paths are not held here, as they are not in the run around",
			losses.unprotected);
	return bare_become(&s->plan, layers, verbose);
}

/* Security notices are no chatter: -q does not silence them. */
static void say_lost(
	const struct session *s, const struct refusal *refused, const struct bare_losses *losses)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; i < LAYERS; i++)
		if (!(s->plan.layers & (uint32_t)1 << i) && layer_rows[i].lost)
			strbuf_addf(&text, "%s%s", text.len ? "; " : "", layer_rows[i].lost);
	if (losses->unprotected)
		strbuf_addf(&text, " (%zu paths here)", losses->unprotected);
	if (s->plan.net.host_ports.n)
		strbuf_adds(&text,
			"; a granted port is reached at every address, not only at "
			"this machine's");
	if (losses->processes)
		strbuf_adds(&text, "; the number of processes is not limited");
	if (losses->bus)
		strbuf_adds(&text, "; no session bus, so no keyring");
	warn_line("LOWER TIER (strict = false in %s): %s (%s); %s", s->policy.config, refused->what,
		strerror(refused->error), refused->remedy);
	warn_line("lost without it: %s", text.s);
	strbuf_release(&text);
}

int bare_lower(struct session *s, const struct refusal *refused)
{
	struct bare_losses losses;
	struct surroundings here;

	/* Nothing can be put where direnv looks for what is allowed. */
	if (s->plan.envrc && !s->facts.envrc.allowed)
		die("%s: envrc_mode = \"trust\" takes mounts, which this machine refuses; look at "
		    "the "
		    "file, then: direnv allow",
			s->plan.envrc);
	make_bare(s, AROUND_NONE, &here, &losses);
	say_lost(s, refused, &losses);
	return bare_run(&s->plan, here.scratch, s->options.set[OPT_VERBOSE], &s->arena);
}
