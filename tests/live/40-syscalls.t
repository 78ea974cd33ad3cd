#!/bin/sh
# limit: 60
# The system call filter as a command meets it: each call below is made inside, where the filter must
# answer, and outside, where something else must answer (build/probe/syscall passes arguments that
# every call refuses by itself). A case whose answers are the same proves nothing: that is a skip,
# unless the case says that no machine can tell ("any").
set -u
export LC_ALL=C
seal=${SEAL_EXEC:-./seal-exec}
case $seal in /*) ;; *) seal=$PWD/$seal ;; esac
n=0
work=$(mktemp -d "${TMPDIR:-/tmp}/seal-syscalls.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# ok STATUS NAME: STATUS is 0 if it held.
ok()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# What the filter says | control: outside differs, or "any" | the call
cat >"$work/cases" <<-'END'
	EPERM control ptrace
	EPERM control process_vm_readv
	EPERM control process_vm_writev
	EPERM control kcmp
	EPERM control pidfd_getfd
	EPERM control mount
	EPERM control umount2
	EPERM control chroot
	EPERM any pivot_root
	EPERM control open_tree
	EPERM control fsconfig
	EPERM control mount_setattr
	EPERM control setns
	EPERM control name_to_handle_at
	EPERM control fanotify_mark
	EPERM control quotactl_fd
	EPERM any bpf
	EPERM control perf_event_open
	EPERM control userfaultfd
	EPERM control lookup_dcookie
	EPERM control add_key
	EPERM control request_key
	EPERM control keyctl
	EPERM control settimeofday
	EPERM control clock_settime
	EPERM control adjtimex
	EPERM control clock_adjtime
	EPERM control mbind
	EPERM control set_mempolicy
	EPERM control migrate_pages
	EPERM control move_pages
	EPERM control memfd_secret
	ENOSYS control clone3
	ENOSYS control io_uring_setup
	ENOSYS control io_uring_enter
	ENOSYS control io_uring_register
	ENOSYS any statmount
	ENOSYS any listmount
	ENOSYS any nr:1000
	ENOSYS any nr:4294967295
	EPERM control ioctl - 0x5412
	EPERM control ioctl - 0xffffffff00005412
	EPERM control ioctl - 0x100005412
	EPERM control ioctl - 0x541c
	EPERM control ioctl - 0x541d
	EPERM control ioctl - 0x541f
	EPERM control ioctl - 0x5423
	EPERM control ioctl - 0x4b47
	EPERM control ioctl - 0x4b4d
	EPERM control ioctl - 0x5606
	EPERM control ioctl - 0x560b
	EPERM control unshare 0x00020001
	EPERM control unshare 0x02000001
	EPERM control unshare 0x04000001
	EPERM control unshare 0x08000001
	EPERM control unshare 0x10000001
	EPERM control unshare 0x20000001
	EPERM control unshare 0x40000001
	EPERM control unshare 0x00000081
	EPERM control unshare 0xffffffff10000001
	EPERM control clone 0x00030000
	EPERM control clone 0x02010000
	EPERM control clone 0x04010000
	EPERM control clone 0x08010000
	EPERM control clone 0x10010000
	EPERM control clone 0x20010000
	EPERM control clone 0x40010000
	EPERM control clone 0x00010080
	EPERM control personality 0x0040000
	EPERM control personality 0x0400000
	EPERM control personality 8
	EPERM control seccomp 1 8
	EPROTONOSUPPORT control socket 16 3 9
	EPROTONOSUPPORT control socket 16 3 15
	EPROTONOSUPPORT any socket 16 3 11
	EPROTONOSUPPORT any socket 2 1 262
	EPROTONOSUPPORT any socket 2 1 132
	EPROTONOSUPPORT any socket 10 1 256
	EPERM any socket 2 3 1
	EPERM any socket 10 3 58
	EPERM any socket 2 10 0
	EPERM any socket 2 2051 1
	EAFNOSUPPORT control socket 17 3 0
	EAFNOSUPPORT any socketpair 30 1 0
END

# Families: all but Unix, IPv4, IPv6 and netlink, in each of the types that they may have.
family=0
while [ $family -le 46 ]; do
	case $family in
	1 | 2 | 10 | 16) ;;
	*)
		for type in 1 2 3 5; do
			echo "EAFNOSUPPORT any socket $family $type 0" >>"$work/cases"
		done
		;;
	esac
	family=$((family + 1))
done

# Other ABIs of this processor. A kernel without x32 has none of its calls outside either.
case $(uname -m) in
x86_64)
	cat >>"$work/cases" <<-'END'
		EPERM control iopl
		EPERM control ioperm
		EPERM control modify_ldt
		ENOSYS any x32:getpid
		ENOSYS any x32:mount
		ENOSYS any x32:ioctl - 0x5412
		ENOSYS control int80:getpid
		ENOSYS control int80:mount
		ENOSYS control int80:ptrace
		ENOSYS control int80:keyctl
		ENOSYS control int80:ioctl - 0x5412
		ENOSYS control int80:socket 38 5 0
		ENOSYS control int80:socketcall
		ENOSYS control int80:clone
		ENOSYS control int80:unshare
	END
	;;
esac

# And what must still be answered by the kernel.
cat >>"$work/cases" <<-'END'
	ENOTTY same ioctl
	ENOTTY same ioctl - 0x5413
	EINVAL same unshare
	EINVAL same clone
	0 same unshare 0x400
	0 same personality
	EFAULT same seccomp
	EFAULT same socketpair 1 1 0
	0 same socket 1 1 0
	0 same socket 2 1 6
	0 same socket 2 2 0
	0 same socket 10 524289 0
	0 same socket 16 3 0
END

cp build/probe/syscall "$work/probe" || exit 1
cat >"$work/answers" <<-'END'
	#!/bin/sh
	while read -r want control call; do
		# shellcheck disable=SC2086 # the call is words
		answer=$(./probe $call </dev/null 2>&1)
		echo "${answer##* } $want $control $call"
	done <cases
END
chmod 755 "$work/answers" "$work/probe"

(cd "$work" && ./answers) >"$work/outside"
(cd "$work" && "$seal" -- ./answers) >"$work/inside" 2>"$work/errors"
status=$?
sed 's/^/# /' "$work/errors"
lines=$(wc -l <"$work/cases")
[ $status = 0 ] && [ "$(wc -l <"$work/inside")" = "$lines" ]
ok $? "all $lines calls are made inside (status $status)"

# Line by line: the answer inside, what it must be, and the answer outside.
while read -r got want control call && read -r outside _ <&3; do
	if [ "$got" != "$want" ]; then
		ok 1 "$call: $got inside, not $want"
	elif [ "$control" = control ] && [ "$outside" = "$want" ]; then
		n=$((n + 1))
		echo "ok $n - $call # SKIP $outside outside too: the machine refuses it by itself"
	elif [ "$control" = same ] && [ "$outside" != "$want" ]; then
		ok 1 "$call: $got inside, but $outside outside"
	else
		ok 0 "$call: $got inside, $outside outside"
	fi
done <"$work/inside" 3<"$work/outside"

# The filter stays: over executions, in a grandchild, in a shell's own children.
cat >"$work/stays" <<-'END'
	#!/bin/sh
	show='grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status'
	sh -c "exec sh -c 'exec $show'"
	(sh -c "($show) & wait") | cat
END
chmod 755 "$work/stays"
stays=$(cd "$work" && "$seal" -- ./stays 2>&1 | tr -d '\t' | sort | uniq -c | tr -s ' \n' '  ')
[ "$stays" = ' 2 NoNewPrivs:1 2 Seccomp:2 ' ]
ok $? "filter and no_new_privs are inherited:$stays"

echo "1..$n"
