#!/bin/sh
# limit: 120
# Fail closed: a layer that is missing means 125, one line with the remedy, and no command. What a
# kernel or a machine lacks is taken away for one run by build/probe/without, or, for bwrap's own
# file, by mounts in a namespace of the test's own.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

without=$root/build/probe/without

# one_line NAME: seal-exec said one line and nothing else was said.
one_line()
{
	[ "$(printf '%s\n' "$err" | wc -l)" = 1 ] && [ -z "$out" ] && case $err in
	'seal-exec: '*) true ;;
	*) false ;;
	esac
	ok $? "$1 in one line"
}

# lacks NAME REGEX RULE...: without what the RULEs name, the run is refused.
lacks()
{
	name=$1 regex=$2
	shift 2
	run "$without" "$@" -- "$seal" -- touch marker
	refused "$regex" "$name"
	one_line "$name:"
}

run "$seal" -- touch marker
starts "control: nothing is lacking"
run "$without" landlock_create_ruleset:2=1=+2 openat:0=77=EPERM -- "$seal" -- touch marker
starts "[FM-04] [LL-03] control: the least Landlock, and a rule that hits nothing"
run "$seal" -v -- touch marker
starts "[FM-13] -v"
like "$err" '^seal-exec: layers: user pid mnt net ipc uts cgroup view .*keeper .*landlock seccomp$' \
	"[FM-13] ... says what is active"
"$seal" explain --json -- true >"$T/json" 2>"$T/err"
is "$(python3 -c 'import json, sys; print(*json.load(sys.stdin)["layers"])' <"$T/json")" \
	"$(printf '%s\n' "$err" | sed -n 's/^seal-exec: layers: //p')" "[FM-13] ... which is what explain wants"

# --- bwrap ----------------------------------------------------------------------------------------

printf '#!/bin/sh\ntouch "%s/shadow"\n' "$T/proj" >bwrap
chmod 755 bwrap
PATH=$T/proj:$PATH run "$seal" -- touch marker
starts "[FM-01] a bwrap in the project and on PATH"
[ ! -e shadow ]
ok $? "[FM-01] ... is not used"
PATH=$T/proj:$PATH sh -c bwrap
[ -e shadow ]
ok $? "[FM-01] control: a shell uses it"

# with_bwrap SCRIPT: runs SCRIPT with a copy of bwrap over the real one, for root's own file belongs to
# nobody in a namespace of the test's.
with_bwrap()
{
	cp /usr/bin/bwrap "$T/copy" && chmod 755 "$T/copy"
	run unshare -Urmpf sh -c 'mount -t proc proc /proc && mount --bind "$1" /usr/bin/bwrap &&
		eval "$2" || exit 99
		exec "$3" -- touch marker' sh "$T/copy" "$1" "$seal"
}

# as_bwrap SETUP: SETUP changes the file "$b", a copy of bwrap, which then lies over the real one.
as_bwrap()
{
	rm -f "$T/bwrap" && cp /usr/bin/bwrap "$T/bwrap" && chmod 755 "$T/bwrap"
	b=$T/bwrap run unshare -Urm sh -c '
		b=$1
		eval "$2" && mount --bind "$b" /usr/bin/bwrap || exit 99
		exec "$3" -- touch marker' sh "$T/bwrap" "$1" "$seal"
}

as_bwrap :
starts "[FM-01] [FM-09] control: another copy of bwrap"
as_bwrap 'chmod 644 "$b"'
refused 'bwrap is no program that you can run; install' "[FM-01] a bwrap without the right to execute"
one_line "[FM-01] ... told"
as_bwrap 'chmod 4755 "$b"'
refused 'bwrap is setuid.*chmod u-s' "[FM-09] a setuid bwrap"
one_line "[FM-09] ... told"
as_bwrap 'chmod 2755 "$b"'
refused 'bwrap is setuid' "[FM-09] a setgid bwrap"
as_bwrap 'python3 -c "
import os, struct, sys
os.setxattr(sys.argv[1], \"security.capability\", struct.pack(\"<IIIII\", 0x02000001, 1 << 21, 0, 0, 0))" "$b"'
refused 'bwrap has file capabilities.*setcap -r' "[FM-09] a bwrap with file capabilities"
one_line "[FM-09] ... told"
as_bwrap 'chmod 777 "$b"'
refused 'bwrap can be replaced by others' "[FM-01] a bwrap that others can write"
as_bwrap 'printf "\177ELF no program" >"$b"'
refused 'bwrap could not make the sandbox: .*Exec format error' "[FM-01] a bwrap that is no program"
one_line "[FM-01] ... told"
as_bwrap 'printf "#!/bin/sh\nexit 0\n" >"$b"'
refused 'bwrap could not make the sandbox' "[FM-01] a bwrap that does nothing and says that it did"
as_bwrap 'printf "#!/bin/sh\nprintf %%s\\\\\\\\n \"bwrap: odd \\033[2J words\" more >&2\nexit 1\n" >"$b"'
refused 'sandbox: odd .x1b\[2J words, so the command' "[FM-01] what a bwrap says is one line, escaped"
one_line "[FM-01] ... told"
# It goes on without a sandbox, as one does that is told to only try.
as_bwrap 'printf "#!/bin/sh\nwhile [ \"\$1\" != -- ]; do shift; done; shift; exec \"\$@\"\n" >"$b"'
refused . "[FM-01] a bwrap that makes no sandbox"
mkdir "$T/up" "$T/work"
run unshare -Urm sh -c 'mount -t overlay overlay -o "lowerdir=/usr/bin,upperdir=$1/up,workdir=$1/work" \
	/usr/bin && rm /usr/bin/bwrap || exit 99
	exec "$2" -- touch marker' sh "$T" "$seal"
refused 'bwrap is not installed; install the package bubblewrap' "[FM-01] no bwrap at all"
one_line "[FM-01] ... told"

# --- Namespaces -----------------------------------------------------------------------------------

user='0&0x10000000'
for error in EPERM ENOSPC ENOSYS EUSERS EINVAL; do
	case $error in
	ENOS[PY]* | EUSERS | EINVAL) remedy='max_user_namespaces|CONFIG_USER_NS' ;;
	*) remedy='filter of system calls around seal-exec' ;;
	esac
	lacks "[FM-02] user namespaces: $error" "user namespaces are refused \(.*; .*($remedy)" \
		"clone:$user=$error" "unshare:$user=$error"
done
while read -r kind bit; do
	lacks "[FM-02] $kind namespaces" "^seal-exec: $kind namespaces are refused" \
		"clone:0&$bit=EPERM" "unshare:0&$bit=EPERM"
done <<-'END'
	mount 0x00020000
	pid 0x20000000
	network 0x40000000
	IPC 0x08000000
	UTS 0x04000000
END
lacks "[FM-02] user namespaces for bwrap alone" 'bwrap could not make the sandbox: .*amespace' \
	"clone:$user=EPERM"
lacks "[FM-02] no mounts in them" 'mounts are refused' mount=EPERM
lacks "[FM-02] no new root" 'bwrap could not make the sandbox: pivot_root' pivot_root=EPERM
# The sysctls are the namespace's own there; the switches of other distributions are files.
with_bwrap 'echo 0 >/proc/sys/user/max_user_namespaces'
refused "user namespaces?" "[FM-02] a limit of 0, for root, whose bwrap needs none"
one_line "[FM-02] ... told"
with_bwrap 'echo 0 >/proc/sys/user/max_net_namespaces'
refused 'network namespaces are refused.*raise the sysctl user.max_net_namespaces' \
	"[FM-02] a limit of 0 for network namespaces"
with_bwrap true
starts "[FM-02] [FM-14] control: the same namespace with its limits"
# What a container engine does to /proc.
with_bwrap 'mount --bind /dev/null /proc/kallsyms'
refused 'a /proc of its own is refused.*unmasked' "[FM-14] a container with a masked /proc"
one_line "[FM-14] ... told"
# A bwrap that makes less than it is told to, as it does where it only tries.
cp /usr/bin/bwrap "$T/real"
while read -r kind option; do
	as_bwrap "printf '#!/bin/sh\na=\$1 n=\$2; shift 2; exec %s \"\$a\" \"\$n\" %s \"\$@\"\n' \
		'$T/real' '$option' >\"\$b\""
	refused "shares the host's $kind namespace" "[FM-02] a $kind namespace that is not made"
	one_line "[FM-02] ... told"
done <<-'END'
	net --share-net
END
as_bwrap "printf '#!/bin/sh\nexec %s \"\$@\"\n' '$T/real' >\"\$b\""
starts "[FM-02] control: the same script without the option"
lacks "[FM-02] cgroup namespaces" "cgroup namespaces are refused" \
	'clone:0&0x02000000=EINVAL' 'unshare:0&0x02000000=EINVAL'

# --- Landlock -------------------------------------------------------------------------------------

lacks "[FM-04] [LL-06] Landlock: ENOSYS" 'has no Landlock.*kernel of 5.19' landlock_create_ruleset=ENOSYS
lacks "[FM-04] [LL-06] Landlock: EOPNOTSUPP" 'switched off.*lsm=' landlock_create_ruleset=EOPNOTSUPP
lacks "[FM-04] [LL-03] Landlock of ABI 1" 'too old \(ABI 1\).*kernel of 5.19' \
	landlock_create_ruleset:2=1=+1
# Before ABI 3 a file on standard input would be the command's to empty.
echo kept >"$T/input"
timeout 30 "$without" landlock_create_ruleset:2=1=+2 -- "$seal" -- touch marker <"$T/input" >"$T/out" 2>"$T/err"
status=$? err=$(cat "$T/err")
refused 'emptying the file.*through a pipe.*6.2' "[FM-04] [LL-03] Landlock of ABI 2, and a file as standard input"
timeout 30 "$without" landlock_create_ruleset:2=1=+3 -- "$seal" -- touch marker <"$T/input" >"$T/out" 2>"$T/err"
status=$?
starts "[LL-03] control: the same with ABI 3"
lacks "[LL-06] no ruleset" 'takes no ruleset' landlock_create_ruleset:2=0=ENOMEM
lacks "[LL-06] no rule" 'takes no rule for' landlock_add_rule=ENOMEM
for error in EPERM ENOMEM EINVAL; do
	lacks "[LL-06] not enforced: $error" 'cannot be enforced' landlock_restrict_self=$error
done
lacks "[LL-06] not enforced: E2BIG" 'nested too deep.*16' landlock_restrict_self=E2BIG

# --- The filter, and the rest of inner ------------------------------------------------------------

for error in EINVAL ENOSYS EACCES ENOMEM; do
	lacks "[FM-05] the filter: $error" 'filter cannot be loaded.*CONFIG_SECCOMP_FILTER' seccomp=$error
done
lacks "[FM-05] a filter that is not there afterwards" 'layer "seccomp" is not active' prctl:0=21=EPERM
lacks "no_new_privs that is not there" 'layer "privileges" is not active' prctl:0=39=EPERM
lacks "a root that cannot be looked at" 'layer "view" is not active' statfs=ENOSYS
run "$without" close_range=ENOSYS -- "$seal" -- touch marker
refused 'not started; .*5.9' "descriptors that cannot be closed"

# --- The keeper -----------------------------------------------------------------------------------

lacks "[FM-06] no pidfd" 'cannot start the keeper' pidfd_open=ENOSYS
lacks "[FM-06] no signal by pidfd" . pidfd_send_signal=ENOSYS
manifest <<-'END'
	[sandbox.os.network]
	domains = ["served.example"]
END
run "$seal" -- touch marker
starts "[FM-06] control: a run with a network"
lacks "[FM-06] no way into the namespace" 'namespace' setns=EPERM
lacks "[FM-06] no socket" . socket=EMFILE
lacks "[FM-06] no loop" . epoll_create1=EMFILE
lacks "[FM-06] the keeper's own filter or Landlock" 'andlock' landlock_create_ruleset=ENOSYS
rm -f seal.toml

# --- Strict ---------------------------------------------------------------------------------------

printf '[sandbox.os]\nstrict = false\n' >seal.toml
"$seal" trust --yes >"$T/trust" 2>&1
lacks "[FM-15] strict = false of a project" 'user namespaces are refused' \
	"clone:$user=EPERM" "unshare:$user=EPERM"
rm -f seal.toml
for name in STRICT SEAL_STRICT SEAL_EXEC_STRICT SANDBOX_OS_STRICT SEAL_EXEC_SANDBOX SEAL_UNSAFE; do
	run env "$name=false" "$without" "clone:$user=EPERM" "unshare:$user=EPERM" -- "$seal" -- touch marker
	refused 'user namespaces are refused' "[FM-15] $name=false"
done
for option in --no-strict --strict=false --unsafe --weak --no-sandbox; do
	run "$seal" $option -- touch marker
	refused 'unknown option' "[FM-15] $option"
done
printf '[sandbox.os]\nstrict = false\n' >lax.toml
run "$without" "clone:$user=EPERM" "unshare:$user=EPERM" -- "$seal" -m lax.toml -- touch marker
refused . "[FM-15] -m with a manifest that says strict = false"

# --- A call that the library does not know ---------------------------------------------------------

gen=$root/build/gen/syscalls
cat >"$T/profile.toml" <<'END'
default = "ENOSYS"
[numbers]
known_by_number = 5000
[[allow]]
why = "both"
calls = ["read", "known_by_number"]
END
run "$gen" "$T/profile.toml" filters "$T/filters.c"
exits 0 "[SC-25] a call that libseccomp does not know, with its number"
like "$(cat "$T/filters.c")" '5000' "[SC-25] ... is in the filter"
sed 's/, "known_by_number"/, "known_by_nobody"/' "$T/profile.toml" >"$T/other.toml"
run "$gen" "$T/other.toml" filters "$T/other.c"
[ "$status" -ne 0 ] && [ ! -e "$T/other.c" ]
ok $? "[SC-25] without one it ends the build"
like "$err" 'known_by_nobody' "[SC-25] ... which says which"

done_testing
