#!/bin/bash
# limit: 60
# What comes along uninvited: descriptors and variables of the caller.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- Descriptors. Counted by a program that opens none for it. -----------------------------------

cat >fds.py <<'END'
import os
for fd in range(1024):
    try:
        os.fstat(fd)
        print(fd, end=" ")
    except OSError:
        pass
END
exec 9<"$T/canary/secret" 8<"$T/canary" 200<"$T/canary/secret" 7>"$T/written"
run python3 fds.py
like "$out" '^0 1 2 .*7 8 9 .*200 ' "control: outside they are inherited"
run "$seal" -- python3 fds.py
is "$out" "0 1 2 " "[FD-01] only standard input, output and error inside"
inside 'cat <&9; cat /proc/self/fd/9 /proc/self/fd/200; ls /proc/self/fd/8/'
unlike "$out" secret "[FD-01] an open file of the caller cannot be read"
inside 'echo x >&7; echo x >/proc/self/fd/7'
[ ! -s "$T/written" ]
ok $? "[FD-01] nor written"
run sh -c 'cat <&9'
like "$out" '^secret of' "control: outside it can"
# Nor through another process inside: there is none but the command's own.
inside 'for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null; done'
unlike "$out" canary "[FD-07] no process inside holds them"
like "$out" 'null' "control: their descriptors are shown"
exec 9<&- 8<&- 200<&- 7>&-

# --- Variables ------------------------------------------------------------------------------------

secrets='AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AZURE_CLIENT_SECRET
GOOGLE_APPLICATION_CREDENTIALS GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN CI_JOB_TOKEN NPM_TOKEN
NODE_AUTH_TOKEN CARGO_REGISTRY_TOKEN PYPI_TOKEN TWINE_PASSWORD DOCKER_AUTH_CONFIG DATABASE_URL
PGPASSWORD MYSQL_PWD REDIS_URL STRIPE_SECRET_KEY SLACK_TOKEN OPENAI_API_KEY ANTHROPIC_API_KEY
SSH_AUTH_SOCK SSH_AGENT_PID GPG_AGENT_INFO DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY
XAUTHORITY XDG_RUNTIME_DIR KUBECONFIG VAULT_TOKEN HISTFILE SEAL_TEST_UNKNOWN GIT_SSH_COMMAND
GIT_ASKPASS EDITOR PAGER BASH_ENV ENV PYTHONSTARTUP PERL5OPT RUBYOPT NODE_OPTIONS LD_LIBRARY_PATH
LD_AUDIT LD_DEBUG_OUTPUT GCONV_PATH TMPDIR IFS OP_SESSION_x DOCKER_HOST TMUX TMUX_PANE
VSCODE_IPC_HOOK_CLI GIT_DIR GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 GIT_EXTERNAL_DIFF
GIT_EXEC_PATH GIT_PAGER LESSOPEN MANPAGER PYTHONPATH PERL5LIB RUBYLIB JAVA_TOOL_OPTIONS
_JAVA_OPTIONS DOTNET_STARTUP_HOOKS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER GOFLAGS MAKEFLAGS MALLOC_TRACE LOCPATH
DYLD_INSERT_LIBRARIES SUDO_ASKPASS SSH_ASKPASS BROWSER'
value=value-of-$$-secret
many=()
for name in $secrets; do
	many+=("$name=$value")
done
passed='COLORTERM=truecolor TERM=xterm-test LANG=C.UTF-8 LC_MESSAGES=C TZ=Europe/Paris NO_COLOR=1 CI=true'
# shellcheck disable=SC2086
full() { run env "${many[@]}" $passed "$@"; }

everywhere='env; for p in /proc/[0-9]*; do tr "\000" "\n" <$p/environ; echo; done 2>/dev/null'
full sh -c "$everywhere"
is "$(env "${many[@]}" env | grep -c "=$value$")" "${#many[@]}" \
	"control: outside all ${#many[@]} secrets are there"
full "$seal" -- sh -c "$everywhere"
unlike "$out" "$value" "[EN-01] [EN-02] none of ${#many[@]} secrets is inside, in no process"
for word in $passed "HOME=$HOME" "PWD=$T/proj" TMPDIR=/tmp; do
	like "$out" "^$word$" "$word is"
done
for name in USER LOGNAME SHELL PATH; do
	like "$out" "^$name=." "$name is"
done
full "$seal" -- env
is "$(printf '%s\n' "$out" | sed 's/=.*//' | sort | tr '\n' ' ')" \
	"CI COLORTERM HOME LANG LC_ALL LC_MESSAGES LOGNAME NO_COLOR PATH PWD SHELL TERM TMPDIR TZ USER " \
	"[EN-01] [EN-05] [EN-06] [EN-08] [DB-01] [DB-09] [DB-10] nothing else is"
# The wrapper's processes outside end up with what the command has, or nothing: bwrap's environment
# is what /proc/1/environ inside would show.
full "$seal" -- sh -c 'cat /proc/1/environ'
unlike "$out" "$value" "[EN-02] /proc/1/environ holds none"

# A library that the caller preloads runs before main() of every program that gets the variable.
cat >"$T/preload.c" <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void)
{
	char name[4096], self[512] = "";
	int fd;

	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return;
	snprintf(name, sizeof name, "%s", "loaded");
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0644);
	dprintf(fd, "%s\n", self);
	close(fd);
}
END
if cc -shared -fPIC -o "$T/proj/preload.so" "$T/preload.c" 2>"$T/err"; then
	LD_PRELOAD=$T/proj/preload.so run sh -c :
	grep -q sh loaded
	ok $? "control: LD_PRELOAD works outside"
	rm -f loaded
	LD_PRELOAD=$T/proj/preload.so run "$seal" -- sh -c 'cat /proc/self/maps; env'
	exits 0 "LD_PRELOAD: the run starts"
	unlike "$out" preload "[EN-03] ... without it in the command"
	# seal-exec itself is the caller's own program and may have loaded it; bwrap may not.
	! grep -q bwrap loaded 2>/dev/null
	ok $? "[EN-03] ... nor in bwrap"
	[ "$(grep -c /seal-exec loaded)" -le 1 ]
	ok $? "[EN-03] ... nor in the step inside"
else
	skip LD_PRELOAD "no compiler"
fi

mkdir bin
printf '#!/bin/sh\necho planted\n' >bin/seal-test-planted
cp bin/seal-test-planted seal-test-here
chmod 755 bin/seal-test-planted seal-test-here
PATH=".:bin::$PATH:./bin:" run "$seal" -- sh -c 'echo "$PATH"'
unlike "$out" '(^|:)(\.|bin|\./bin|)(:|$)' "relative and empty entries of PATH are dropped"
like "$out" '(^|:)/usr/bin(:|$)' "control: absolute ones stay"
PATH="bin:.:$PATH" run "$seal" -- seal-test-planted
exits 127 "a relative entry finds no command"
PATH=":$PATH" run "$seal" -- seal-test-here
exits 127 "nor does an empty one"
PATH="$T/proj/bin:$PATH" run "$seal" -- seal-test-planted
is "$out" planted "control: its absolute name does"

# --- What the manifest names ----------------------------------------------------------------------

manifest <<'END'
[sandbox.os]
env = ["SEAL_TEST_ONE", "SEAL_GLOB_*"]
END
export SEAL_TEST_ONE="one
line" SEAL_TEST_TWO=two SEAL_GLOB_A=a SEAL_GLOB_=b SEAL_GLOB=c
run "$seal" -- sh -c 'echo "$SEAL_TEST_ONE"; env'
like "$out" '^line$' "a variable of the manifest passes, with a newline"
like "$out" '^SEAL_GLOB_A=a$' "a glob passes"
like "$out" '^SEAL_GLOB_=b$' "... for no letters too"
unlike "$out" '^(SEAL_TEST_TWO|SEAL_GLOB)=' "others do not"
run env "${many[@]}" "$seal" -- env
unlike "$out" "$value" "[EN-01] no secret does either"
manifest <<'END'
[sandbox.os]
env = ["LD_PRELOAD", "LD_*"]
END
if [ -e preload.so ]; then
	rm -f loaded
	LD_PRELOAD=$T/proj/preload.so run "$seal" -- true
	! grep -q bwrap loaded
	ok $? "[EN-03] LD_PRELOAD granted by a manifest is not applied to bwrap"
fi
config <<'END'
[sandbox.os]
env = ["SEAL_TEST_TWO"]
END
manifest <<'END'
[sandbox.os]
env = ["SEAL_TEST_*"]
END
run "$seal" -- env
unlike "$out" '^SEAL_TEST_' "a glob wider than the user's own list passes nothing"
rm -f seal.toml
run "$seal" -- env
like "$out" '^SEAL_TEST_TWO=two$' "control: the user's own list alone passes it"
# A bundle's variables come with the bundle's command only.
rm -f "$XDG_CONFIG_HOME/seal-exec/config.toml"
printf '#!/bin/sh\nenv\n' >bin/cargo
chmod 755 bin/cargo
RUSTFLAGS=-g PATH="$T/proj/bin:$PATH" run "$seal" -- cargo
like "$out" '^RUSTFLAGS=-g$' "cargo gets RUSTFLAGS"
RUSTFLAGS=-g run "$seal" -- env
unlike "$out" '^RUSTFLAGS' "env does not"

done_testing
