#!/bin/sh
# network.sh: what tests/bench/run measures of the network. It is sourced there, and uses its words.
#
# One program (netload.c) makes connections from inside the sandbox, and from outside, to one server
# (netserve.c) on the host, each with the same calls; turns.c lets them take turns. "direct" is the
# host's loopback with nothing in between. "socats" is what others bridge a port with: a socat that
# listens, a Unix socket, a socat that connects, a process for each connection; here both are on the
# host, with a backlog that their default of 5 lacks. What CONNECT and the filter of names add is
# measured on a host of its own with an internet of its own (lan), behind a TLS ClientHello.
# shellcheck disable=SC2034,SC2154 # work, bin, seal, quick, full, server and warm_ups are run's

far=bench.example
pids='' pin='' on=''

# in_background OUTPUT COMMAND...: until end_background.
in_background()
{
	output=$1
	shift
	"$@" >"$output" </dev/null &
	pids="$pids $!"
}

end_background()
{
	# shellcheck disable=SC2086 # several
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	pids=''
}

# serve: starts a server for whatever is measured next; its port is $port.
serve()
{
	rm -f "$work/served"
	mkfifo "$work/served"
	# shellcheck disable=SC2086 # words, or none
	in_background "$work/served" $pin "$bin/netserve" 127.0.0.1 0
	read -r port <"$work/served"
}

# project NAME LINE...: a trusted project with these lines of network, and the near end in it.
project()
{
	project=$work/$1
	shift
	mkdir "$project"
	cp "$bin/netload" "$project"
	printf '%s\n' '[sandbox.os.network]' "$@" >"$project/seal.toml"
	(cd "$project" && "$seal" trust --yes) >/dev/null
}

# sandboxed NAME ARGUMENT...: a spec of the near end in the last project's sandbox.
sandboxed()
{
	name=$1
	shift
	# shellcheck disable=SC2086
	spec "$name" $pin env -C "$project" "$seal" -- ./netload "$@"
}

socats()
{
	there=$("$bin/netserve" -p 1) waited=0
	path=$work/socat$there
	# shellcheck disable=SC2086
	in_background /dev/null $pin socat "UNIX-LISTEN:$path,fork,backlog=4096" "TCP:127.0.0.1:$port"
	until [ -S "$path" ]; do
		waited=$((waited + 1))
		[ $waited -le 500 ] || exit 1
		sleep 0.02
	done
	# shellcheck disable=SC2086
	in_background /dev/null $pin socat \
		"TCP-LISTEN:$there,bind=127.0.0.1,fork,reuseaddr,backlog=4096" "UNIX-CONNECT:$path"
	# shellcheck disable=SC2086
	spec socats $pin "$bin/netload" 127.0.0.1 "$there"
}

# take_turns GROUP ROUNDS MILLISECONDS TEST=COUNT... -- NAME...: through $on, or here.
take_turns()
{
	group=$1
	say "measuring: $group"
	set -- "$@" : -r "$2" -m "$3"
	shift 3
	while [ "$1" != -- ]; do
		set -- "$@" -t "$1"
		shift
	done
	shift
	while [ "$1" != : ]; do
		set -- "$@" "$work/specs/$1"
		shift
	done
	shift
	if [ "$on" = lan ]; then
		set -- "$top/tests/bench/lan" $far "$bin/netserve" "$bin/turns" "$@"
	else
		set -- "$bin/turns" "$@"
	fi
	"$@" >"$work/lines"
	sed "s/^/$group	/" "$work/lines" >>"$work/turns"
}

# turn GROUP TEST NAME COLUMN: minimum 4, median 5, mean 6, quotient to the first 7.
turn()
{
	awk -F '\t' -v g="$1" -v t="$2" -v n="$3" -v c="$4" \
		'$1 == g && $2 == t && $3 == n { print $c }' "$work/turns"
}

# longer GROUP TEST NAME: as long as the first, so many times. faster: as fast.
longer() { turn "$1" "$2" "$3" 7; }
faster() { number "1 / $(turn "$1" "$2" "$3" 7)"; }

# beside WORD GROUP TEST: WORD of the socats, if they are there.
beside() { [ -z "$socat" ] || printf ' (two socats: %.2f)' "$("$@" socats)"; }

# --- Bridges --------------------------------------------------------------------------------------

bridge_agents()
{
	serve
	project "bridge$port" "host_localhost_ports = [$port]"
	# shellcheck disable=SC2086
	spec direct $pin "$bin/netload" 127.0.0.1 "$port"
	sandboxed bridge 127.0.0.1 "$port"
	[ -z "$socat" ] || socats
}

bridges()
{
	socat=$(command -v socat || :)
	bridge_agents
	take_turns bridge "${quick:+5}${full:+40}" 60000 down="${quick:+64}${full:+256}" \
		up="${quick:+64}${full:+256}" connect=200 parallel=400 trip=1000 open=1000 \
		-- direct bridge ${socat:+socats}
	take_turns idle "${quick:+3}${full:+9}" 30000 memory=1000 -- direct bridge
	end_background
	pin=$(taskset -cp $$ | sed 's/.*[^0-9]\([0-9][0-9]*\)[-,0-9]*$/taskset -c \1/')
	bridge_agents
	take_turns one-core "${quick:+5}${full:+40}" 20000 trip=2000 -- direct bridge ${socat:+socats}
	end_background
	pin=''
	bridge_rows
}

bridge_rows()
{
	what='a bridge to a port of the host, to direct loopback:'
	for way in down up; do
		row "bridge-$way" ratio "$(faster bridge $way bridge)" '>=0.5' \
			"$what throughput of one stream $way$(beside faster bridge $way)"
	done
	row bridge-connect ratio "$(faster bridge connect bridge)" '>=0.45' \
		"$what new connections, one after the other$(beside faster bridge connect)"
	row bridge-parallel ratio "$(faster bridge parallel bridge)" '>=0.45' \
		"$what new connections, eight at a time$(beside faster bridge parallel)"
	row bridge-trip ratio "$(longer one-core trip bridge)" 2.4 \
		"$what 64 bytes there and back, all on one processor$(beside longer one-core trip)"
	row bridge-trip-free ratio "$(longer bridge trip bridge)" - \
		"$what 64 bytes there and back, on any$(beside longer bridge trip)"
	row bridge-open s "$(number "$(turn bridge open bridge 5) / 1e6")" 0.2 \
		"1,000 connections through a bridge, opened at once, until all are answered (direct: $(
			number "$(turn bridge open direct 5) / 1e6") s)"
	row bridge-memory KiB \
		"$(number "($(turn idle memory bridge 5) - $(turn idle memory direct 5)) / 1024")" 16 \
		"an idle connection through a bridge: memory of kernel and keeper, beyond a direct one's"
}

# --- Names ----------------------------------------------------------------------------------------

# Its server is at port 443 of $far, and of its own loopback.
names()
{
	if ! "$top/tests/bench/lan" $far "$bin/netserve" true; then
		row names ratio 'no namespaces for unshare here' - 'TLS to an allowed name'
		return
	fi
	spec loopback "$bin/netload" 127.0.0.1 443 tls $far
	spec direct "$bin/netload" $far 443 tls $far
	project transparent "domains = ['$far']"
	sandboxed tls $far 443 tls $far
	project explicit "domains = ['$far']" "proxy = 'explicit'"
	sandboxed connect 127.0.0.1 880 connect $far:443
	on=lan
	take_turns names "${quick:+5}${full:+40}" 60000 down="${quick:+64}${full:+256}" \
		up="${quick:+64}${full:+256}" first=100 -- loopback direct tls connect
	on=''
	name_rows
}

name_rows()
{
	for path in tls connect; do
		what='TLS to an allowed name, transparent:'
		[ $path = tls ] || what='TLS to an allowed name, explicit CONNECT:'
		for way in down up; do
			row "$path-$way" ratio "$(faster names $way $path)" '>=0.4' \
				"$what throughput of one stream $way, to direct loopback"
		done
		row "$path-first" ms \
			"$(number "($(turn names first $path 5) - $(turn names first direct 5)) / 1000")" \
			1 "$what first byte, after that of a direct connection"
	done
}

# --- Start ----------------------------------------------------------------------------------------

network_start()
{
	project start-without 'domains = []'
	spec without -C"$project" "$seal" -- true
	project start-name "domains = ['$far']"
	spec with-name -C"$project" "$seal" -- true
	project start-bridge 'host_localhost_ports = [47000]'
	spec with-bridge -C"$project" "$seal" -- true
	project start-both "domains = ['$far']" 'host_localhost_ports = [47000]'
	spec with-both -C"$project" "$seal" -- true
	server='' warm_ups=3
	measure network-start "${quick:+15}${full:+100}" 30000 without with-name with-bridge with-both
	what="\`seal-exec -- true\`"
	row start-name ratio "$(field network-start with-name 7)" 1.15 \
		"$what with a domain granted, to the same without"
	row start-bridge ratio "$(field network-start with-bridge 7)" 1.15 \
		"$what with a port of the host, to the same without"
	row start-both ratio "$(field network-start with-both 7)" - "$what with both, to the same without"
}

network()
{
	bridges
	names
	network_start
}
