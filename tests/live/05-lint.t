#!/bin/sh
# Our own lints can fail: each rule gets a small tree that keeps it and one that breaks it. Without
# this a typing error in a pattern would look like clean code for ever.
set -u
lint=$(cd "$(dirname "$0")/../lint" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
n=0

# says STATUS WHAT LINT [ARG...]: ok if the lint, run in the tree, ends with STATUS (0 or 1) and, if
# it fails, names the file planted.c or planted.h.
says()
{
	want=$1 what=$2 rule=$3
	shift 3
	n=$((n + 1))
	output=$(cd "$tree" && "$lint/$rule" "$@" 2>&1)
	status=$?
	[ "$status" -eq 0 ] || status=1
	case $status:$output in
	0:* | 1:*planted.[ch]*) ;;
	*) status="$status, not for the planted file" ;;
	esac
	if [ "$status" = "$want" ]; then
		echo "ok $n - $rule: $what"
	else
		echo "not ok $n - $rule: $what"
		echo "# ended with $status: $output" >&2
	fi
}

# plant FILE: the tree holds this file alone, with what stands on standard input.
plant()
{
	rm -rf "$tree/wrapper" "$tree/tests"
	mkdir -p "$tree/wrapper" "$tree/tests" "$(dirname "$tree/$1")"
	cat >"$tree/$1"
}

echo 1..30

plant wrapper/plan/planted.c <<'END'
#include "config.h"
#include <string.h>
#include "base/arena.h"
#include "model/plan.h"
#include "plan/mounts.h"
END
says 0 'plan may include base, model and itself' includes
echo '#include "render/bwrap.h"' | plant wrapper/plan/planted.c
says 1 'plan may not include render' includes
echo '#  include "model/plan.h"' | plant wrapper/base/planted.h
says 1 'base may include nothing of ours' includes
echo '#include "../host/facts.h"' | plant wrapper/plan/planted.c
says 1 'no way around by ../' includes
echo '#include "plan/plan.h"' | plant wrapper/inner/planted.c
says 1 'inner may not include plan' includes
echo '#include "read/catalog.h"' | plant wrapper/newlayer/planted.c
says 1 'an unknown folder may include nothing' includes

plant wrapper/host/planted.c <<'END'
/* fork() and execve() in words */ const char *s = "fork()"; int fork_count, refork(int);
END
says 0 'words and other names are not calls' exec
echo 'int f(void) { return fork(); }' | plant wrapper/launch/planted.c
says 0 'launch may fork' exec
echo 'int f(void) { return fork(); }' | plant wrapper/host/planted.c
says 1 'host may not fork' exec
echo 'int f(void) { return execvp(a, b); }' | plant wrapper/keeper/planted.c
says 1 'of the keeper only keeper.c may exec' exec
echo 'void *f(void) { return dlopen(a, b); }' | plant wrapper/launch/planted.c
says 1 'launch may not dlopen' exec
echo 'long f(void) { return syscall(SYS_clone3, a, b); }' | plant wrapper/cli/planted.c
says 1 'nor by a raw system call' exec
echo 'int (*f)(const char *) = s ? "\"" : a, b = posix_spawn(0);' | plant wrapper/cli/planted.c
says 1 'a quote in a string hides nothing' exec

echo 'int f(char *s) { return (int)strlcpy(s, "strcpy(", 9) + obj->sprintf(s); }' |
	plant wrapper/base/planted.c
says 0 'strlcpy is welcome' banned
echo 'void f(char *s) { strcpy(s, t); }' | plant wrapper/base/planted.c
says 1 'strcpy is not' banned
echo 'int f(char *s) { return atoi (s); }' | plant wrapper/base/planted.c
says 1 'atoi is not' banned
echo 'int f(char *s) { /* long */ return sscanf(s, "%d", &i); }' | plant wrapper/read/planted.c
says 1 'sscanf is not' banned

# lines N TEXT: N lines of TEXT.
lines()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		echo "$2"
		i=$((i + 1))
	done
}

{ echo 'int f(void)'; echo '{'; lines 58 '	g();'; echo '}'; } | plant wrapper/base/planted.c
says 0 'a function of 60 lines' sizes
{ echo 'int f(void)'; echo '{'; lines 59 '	g();'; echo '}'; } | plant wrapper/base/planted.c
says 1 'a function of 61 lines' sizes
{ echo 'int f(void)'; echo '{'; echo '	/* long: one table, read whole */'; lines 59 '	g();'; echo '}'; } |
	plant wrapper/base/planted.c
says 0 'a function of 62 lines that says why' sizes
lines 601 'int x;' | plant wrapper/base/planted.c
says 1 'a file of 601 lines' sizes

printf 'int x;\n' | plant wrapper/base/planted.c
says 0 'a clean text' text
printf 'int x; \n' | plant wrapper/base/planted.c
says 1 'a blank at the end of a line' text
printf 'int x;\r\n' | plant wrapper/base/planted.c
says 1 'a carriage return' text
printf 'int x;' | plant wrapper/base/planted.c
says 1 'no newline at the end' text
printf '/* see /%s/main/x */\n' work | plant wrapper/base/planted.c
says 1 'a path of one machine' text

echo '#include <stddef.h>
static inline size_t f(size_t n) { return n; }' | plant wrapper/base/planted.h
says 0 'a header that compiles alone' headers cc -Wall -Werror -Iwrapper
echo 'static inline size_t f(size_t n) { return n; }' | plant wrapper/base/planted.h
says 1 'a header that does not' headers cc -Wall -Werror -Iwrapper

echo table >"$tree/planted.c"
echo table >"$tree/new"
says 0 'a table that is fresh' readme planted.c new
echo other >"$tree/new"
says 1 'a table that is stale' readme planted.c new
