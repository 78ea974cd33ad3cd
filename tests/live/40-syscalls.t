#!/bin/sh
# limit: 90
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

# Rows of containment | what the filter says | control: outside differs, or "any" | the call
cat >"$work/cases" <<-'END'
	SC-10 EPERM control ptrace
	SC-10 EPERM control ptrace 0 0 0 0
	SC-10 EPERM control process_vm_readv
	SC-10 EPERM control process_vm_writev
	SC-10 EPERM control kcmp
	FD-07 EPERM control pidfd_getfd
	SC-09 EPERM control mount
	SC-09 EPERM control umount2
	SC-09 EPERM control chroot
	SC-09 EPERM any pivot_root
	SC-09 EPERM control open_tree
	SC-09 EPERM any open_tree_attr
	SC-09 EPERM any move_mount
	SC-09 EPERM any fsopen
	SC-09 EPERM control fsconfig
	SC-09 EPERM any fsmount
	SC-09 EPERM any fspick
	SC-09 EPERM control mount_setattr
	SC-09,NT-15 EPERM control setns
	SC-09 ENOSYS any statmount
	SC-09 ENOSYS any listmount
	SC-16 EPERM control name_to_handle_at
	SC-16 EPERM any open_by_handle_at
	SC-13 EPERM any fanotify_init
	SC-13 EPERM control fanotify_mark
	SC-13 EPERM any bpf
	SC-13 EPERM control perf_event_open
	SC-13 EPERM control userfaultfd
	SC-13 EPERM control lookup_dcookie
	SC-15 EPERM any kexec_load
	SC-15 EPERM any kexec_file_load
	SC-15 EPERM any init_module
	SC-15 EPERM any finit_module
	SC-15 EPERM any delete_module
	SC-15 EPERM any reboot
	SC-15 EPERM any swapon
	SC-15 EPERM any swapoff
	SC-15 EPERM any acct
	SC-15 EPERM any syslog
	SC-15 EPERM any quotactl
	SC-15 EPERM control quotactl_fd
	SC-15 EPERM control nfsservctl
	SC-12 EPERM control add_key
	SC-12 EPERM control request_key
	SC-12 EPERM control keyctl
	SC-12 EPERM control keyctl 18
	SC-20 EPERM control settimeofday
	SC-20 EPERM control clock_settime
	SC-20 EPERM control adjtimex
	SC-20 EPERM control clock_adjtime
	SC-20 EPERM any sethostname
	SC-20 EPERM any setdomainname
	SC-19 EPERM control mbind
	SC-19 EPERM control set_mempolicy
	SC-19 EPERM control set_mempolicy_home_node
	SC-19 EPERM control migrate_pages
	SC-19 EPERM control move_pages
	SC-18 EPERM control memfd_secret
	SC-06 ENOSYS control clone3
	NT-14 ENOSYS control io_uring_setup
	NT-14 ENOSYS control io_uring_enter
	NT-14 ENOSYS control io_uring_register
	- ENOSYS any nr:1000
	- ENOSYS any nr:4294967295
	SC-01 EPERM control ioctl - 0x5412
	SC-01 EPERM control ioctl - 0xffffffff00005412
	SC-01 EPERM control ioctl - 0x100005412
	SC-01 EPERM control ioctl - 0x541c
	SC-03 EPERM control ioctl - 0x541d
	SC-03 EPERM control ioctl - 0x541f
	SC-03 EPERM control ioctl - 0x5423
	SC-03 EPERM control ioctl - 0x100005423
	SC-03 EPERM control ioctl - 0x4b47
	SC-03 EPERM control ioctl - 0x4b4d
	SC-03 EPERM control ioctl - 0x5606
	SC-03 EPERM control ioctl - 0x560b
	SC-07 EPERM control unshare 0x00020001
	SC-07 EPERM control unshare 0x02000001
	SC-07 EPERM control unshare 0x04000001
	SC-07 EPERM control unshare 0x08000001
	SC-07 EPERM control unshare 0x10000001
	SC-07 EPERM control unshare 0x20000001
	SC-07 EPERM control unshare 0x40000001
	SC-07 EPERM control unshare 0x00000081
	SC-07 EPERM control unshare 0xffffffff10000001
	SC-07 EPERM control clone 0x00030000
	SC-07 EPERM control clone 0x02010000
	SC-07 EPERM control clone 0x04010000
	SC-07 EPERM control clone 0x08010000
	SC-07 EPERM control clone 0x10010000
	SC-07 EPERM control clone 0x20010000
	SC-07 EPERM control clone 0x40010000
	SC-07 EPERM control clone 0x00010080
	SC-17 EPERM control personality 0x0040000
	SC-17 EPERM control personality 0x0400000
	SC-17 EPERM control personality 8
	SC-22 EPERM control seccomp 1 8
	NT-08 EPROTONOSUPPORT control socket 16 3 9
	NT-08 EPROTONOSUPPORT control socket 16 3 15
	NT-08 EPROTONOSUPPORT any socket 16 3 11
	NT-08 EPROTONOSUPPORT any socket 16 3 6
	NT-08 EPROTONOSUPPORT any socket 16 3 12
	NT-06 EPROTONOSUPPORT any socket 2 1 262
	NT-06 EPROTONOSUPPORT any socket 2 1 132
	NT-06 EPROTONOSUPPORT any socket 10 1 256
	NT-05 EPERM any socket 2 3 1
	NT-05 EPERM any socket 10 3 58
	NT-05 EPERM any socket 2 10 0
	NT-05 EPERM any socket 2 2051 1
	NT-05 EPROTONOSUPPORT any socket 2 2 1
	NT-05 EPROTONOSUPPORT any socket 10 2 58
	NT-06 EAFNOSUPPORT control socket 17 3 0
	NT-06 EAFNOSUPPORT any socketpair 30 1 0
END

# Each of the above where it could be forgotten: in a thread, in a grandchild, after executions.
sed -nE 's/^([^ ]+) (EPERM|ENOSYS) [a-z]+ (mount|keyctl|ptrace|setns|bpf|clone3|ioctl - 0x5412|unshare 0x10000001|socket 17 3 0)$/\1 \2 \3/p
	s/^(NT-06) (EAFNOSUPPORT) [a-z]+ (socket 17 3 0)$/\1 \2 \3/p' "$work/cases" >"$work/main"
for where in thread orphan execs; do
	sed -E "s/^([^ ]+) ([^ ]+) (.*)/\1,SC-24 \2 any $where:\3/" "$work/main" >>"$work/cases"
done

# Families: all but Unix, IPv4, IPv6 and netlink, in each of the types that they may have.
family=0
while [ $family -le 46 ]; do
	row=NT-06
	[ $family != 40 ] || row=NT-06,NT-07
	for type in 1 2 3 5; do
		case $(uname -m) in
		x86_64)
			echo "$row ENOSYS any int80:socket $family $type 0"
			echo "$row ENOSYS any int80:socketcall 1 $family $type 0"
			;;
		esac
		case $family in
		1 | 2 | 10 | 16) ;;
		*) echo "$row EAFNOSUPPORT any socket $family $type 0" ;;
		esac
	done >>"$work/cases"
	family=$((family + 1))
done

# Other ABIs of this processor: none of their calls exist, whatever a call of this one's would get. A
# kernel without x32 has none of its calls outside either.
case $(uname -m) in
x86_64)
	grep -vE ' (nr|thread|orphan|execs|int80):' "$work/cases" | grep -vE ' socket [0-9]+ ' |
		cut -d' ' -f1,4- >"$work/native"
	sed -E 's/^([^ ]+) (.*)/\1,SC-04 ENOSYS any x32:\2/; s/^-,//' "$work/native" >>"$work/cases"
	grep -vE ' (kexec_file_load)$' "$work/native" |
		sed -E 's/^([^ ]+) (.*)/\1 ENOSYS any int80:\2/' >>"$work/cases"
	cat >>"$work/cases" <<-'END'
		SC-15 EPERM control iopl
		SC-15 EPERM control ioperm
		SC-15 EPERM control modify_ldt
		SC-15 EPERM any uselib
		SC-04 ENOSYS any x32:getpid
		SC-04 ENOSYS control int80:getpid
		SC-10 ENOSYS control int80:ptrace
		SC-12 ENOSYS control int80:keyctl
		SC-01 ENOSYS control int80:ioctl - 0x5412
		SC-09 ENOSYS control int80:mount
		SC-07 ENOSYS control int80:clone
		SC-07 ENOSYS control int80:unshare
		NT-06 ENOSYS control int80:socketcall 1 1 1 0
		NT-06 ENOSYS control int80:socket 1 1 0
	END
	;;
esac

# And what must still be answered by the kernel.
cat >>"$work/cases" <<-'END'
	- ENOTTY same ioctl
	- ENOTTY same ioctl - 0x5413
	- EINVAL same unshare
	- EINVAL same clone
	- 0 same unshare 0x400
	SC-17 0 same personality
	SC-22 EFAULT same seccomp
	- EFAULT same socketpair 1 1 0
	NT-06 0 same socket 1 1 0
	NT-06 0 same socket 2 1 6
	NT-06 0 same socket 2 2 0
	NT-06 0 same socket 10 524289 0
	NT-08 0 same socket 16 3 0
END

cp build/probe/syscall "$work/probe" || exit 1
cat >"$work/answers" <<-'END'
	#!/bin/sh
	while read -r row want control call; do
		# shellcheck disable=SC2086 # the call is words
		answer=$(./probe $call </dev/null 2>&1)
		echo "${answer##* } $row $want $control $call"
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
while read -r got row want control call && read -r outside _ <&3; do
	case $row in -) tags= ;; *) tags="[$(printf %s "$row" | sed 's/,/] [/g')] " ;; esac
	call=$tags$call
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
ok $? "[SC-24] filter and no_new_privs are inherited:$stays"

echo "1..$n"
