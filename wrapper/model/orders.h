/*
 * orders: what the step inside the sandbox is told, as bytes in a sealed memory file.
 *
 * render/orders writes them, inner reads them; both are of one build on one machine, so numbers
 * are native and there is no version. First the head, then strings, each ended by its NUL:
 *
 *	1           the command's name, made safe to print
 *	1           what to add when the command is not found, safe to print; "" for nothing
 *	1           the folder to start it in, inside
 *	head.args   the command's arguments, its name first
 *	head.vars   its environment, NAME=VALUE
 *	head.rules  Landlock rules: '0' + enum access_class, then the path inside
 *	head.ports  TCP ports that may be connected to, decimal; with ORDERS_PORTS
 *
 * and nothing behind the last. At least one argument; no other limit than the kernel's for
 * execve(2).
 */
#ifndef SEAL_MODEL_ORDERS_H
#define SEAL_MODEL_ORDERS_H

#include <stdint.h>

#include "model/limits.h"

#define NO_LIMIT UINT64_MAX

/* What a run does that has no namespaces of its own. */
enum orders_flag {
	ORDERS_NO_INTERNET = 1,   /* no internet sockets at all */
	ORDERS_TCP_ONLY = 2,      /* of them, those that Landlock asks for */
	ORDERS_NO_NAMESPACES = 4, /* what namespaces would have held apart, and is not */
	ORDERS_PORTS = 8,         /* Landlock: TCP to head.ports alone */
	ORDERS_NO_BIND = 16,      /* and none to listen on */
	ORDERS_DIE = 32,          /* the command dies with the front, which is its parent */
};

/* What launch knows beside the plan. */
struct orders_facts {
	uint64_t reset;   /* signals that bwrap ran without: inner gives them their default back */
	uint64_t blocked; /* signals that the caller blocks; bit n-1 stands for signal n */
	uint32_t around;  /* layers that are there before this run: of a run around it */
	uint32_t verbose; /* say what is active */
};

struct orders_head {
	struct orders_facts facts;
	uint64_t limits[LIMITS]; /* what inner holds each to by setrlimit(2), or NO_LIMIT */
	uint32_t args, vars, rules, ports;
	uint32_t debug;  /* programs may trace each other */
	uint32_t wanted; /* layers that must be active before the exec (model/layers.h) */
	uint32_t flags;  /* enum orders_flag */
	uint32_t zero;   /* no hole in the bytes */
};

#endif
