/*
 * limits: how much one run may ask of the keeper, in one place. Whoever is inside is hostile.
 */
#ifndef SEAL_KEEPER_LIMITS_H
#define SEAL_KEEPER_LIMITS_H

enum keeper_limit {
	LIMIT_CONNECTIONS = 4096,        /* at a time; further ones wait in the listener's queue */
	LIMIT_ADDRESSES = 8,             /* of one name that are tried */
	LIMIT_LOOKUPS = 256,             /* names that are remembered with their addresses */
	LIMIT_BUFFER = 1024 * 1024,      /* read at once, bytes; one buffer for all connections */
	LIMIT_KEPT = 32 * 1024 * 1024,   /* held by stalled connections; beyond it they get less */
	LIMIT_BUFFER_SCARCE = 16 * 1024, /* at a time */
	LIMIT_BACKLOG = 4096,            /* the kernel's own limit is net.core.somaxconn */
	LIMIT_DNS_CLIENTS = 64,          /* connections to the name server's TCP port */
	LIMIT_NAMES = 1024,              /* that get synthetic addresses in one run */
	LIMIT_HTTP_HEAD = 64 * 1024,     /* bytes */
	LIMIT_HTTP_LISTED = 32,          /* names in the Connection fields of one head */
	LIMIT_TAKEN = 64 * 1024,         /* bytes that are judged at once: others wait meanwhile */
	LIMIT_HTTP_FIELDS = 128,
	LIMIT_HELLO = 32 * 1024,   /* bytes of a ClientHello with its records' headers */
	LIMIT_PROXY_ANSWER = 8192, /* bytes of an upstream proxy's answer */
	LIMIT_REFUSAL_LINES = 50,  /* told on stderr in one run */
	LIMIT_LOG_RATE = 20,       /* lines of the log in a second, after LIMIT_REFUSALS */
	LIMIT_REFUSALS = 256,      /* that are remembered, so as to be told once */
	LIMIT_LOOKUP_MS = 3000,    /* for one question to one of the host's name servers */
	LIMIT_LOOKUP_TRIES = 2,
	LIMIT_LOOKUP_SOCKETS = 32,
	LIMIT_TTL_SHORTEST = 5, /* seconds that an answer is remembered, whatever it says */
	LIMIT_TTL_LONGEST = 300,
	LIMIT_TTL_ERROR = 1,
	LIMIT_DRAIN_MS = 1000,  /* for what the command had sent when it ended */
	LIMIT_SPARE_FILES = 64, /* descriptors that are not connections */
};

/* One queue of timers each: all that wait in it wait equally long. Milliseconds. */
enum timer_class {
	TIMER_STEP,   /* until the next address of a name is tried too (RFC 8305) */
	TIMER_TICK,   /* between two looks at the resolver's own clock */
	TIMER_HEAD,   /* for a request's head or a ClientHello, whole */
	TIMER_DIAL,   /* for a look-up and a connection, whole */
	TIMER_LINGER, /* for the client to take a refusal */
	TIMER_IDLE,   /* for the next question on a connection to the name server */
	TIMERS,
};

#define TIMER_MS                                                                  \
	{                                                                         \
		[TIMER_STEP] = 250, [TIMER_TICK] = 100, [TIMER_HEAD] = 10000,     \
		[TIMER_DIAL] = 20000, [TIMER_LINGER] = 1000, [TIMER_IDLE] = 10000 \
	}

#endif
