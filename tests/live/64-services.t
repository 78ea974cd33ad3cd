#!/bin/bash
# limit: 120
# Real services of the machine, used from inside with their own clients: Redis and PostgreSQL through a
# bridged port, Redis over its Unix socket. They are started here as an ordinary user, on a loopback
# of the test's own (net/net.sh).
# The helpers set out, err and status, and their arguments may be missing; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

# --- Redis --------------------------------------------------------------------------------------------------

if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
	redis-server --port 6379 --bind 127.0.0.1 --unixsocket "$T/redis.sock" --save '' --dir "$T" \
		--daemonize no >"$T/redis.log" 2>&1 &
	redis=$!
	holds -S "$T/redis.sock"
	run "$seal" -- redis-cli -p 6379 ping
	like "$out$err" 'refused' "Redis: without a grant its port is not there"
	run "$seal" -- redis-cli -s "$T/redis.sock" ping
	like "$out$err" 'No such file' "... nor its socket"

	manifest <<-'TOML'
		[sandbox.os.network]
		host_localhost_ports = [6379]
	TOML
	run "$seal" -- redis-cli -p 6379 set colour blue
	is "$out" OK "Redis through the bridge: a key is set inside"
	is "$(redis-cli -p 6379 get colour)" blue "... and read outside"
	redis-cli -p 6379 set shape round >/dev/null
	run "$seal" -- redis-cli -h ::1 -p 6379 get shape
	is "$out" round "... one set outside is read inside, by ::1 too"
	run "$seal" -- sh -c 'seq 1 20000 | sed "s/.*/SET key:& value:&/" | redis-cli -p 6379 --pipe && redis-cli -p 6379 dbsize'
	like "$out" 'errors: 0, replies: 20000' "20,000 commands in a pipeline"
	is "$(printf '%s\n' "$out" | tail -n 1)" 20002 "... and all keys are there"
	head -c 30000000 /dev/urandom | base64 -w 0 >big
	run "$seal" -- sh -c 'redis-cli -p 6379 -x set big <big; redis-cli -p 6379 get big | tr -d "\n" | cmp - big && echo same'
	is "$out" "OK
same" "a value of 40 MB, there and back"
	run "$seal" -- redis-cli -s "$T/redis.sock" ping
	like "$out$err" 'No such file' "a port grants no socket"

	manifest <<-TOML
		[sandbox.os]
		unix_sockets = ["$T/redis.sock", "$T/absent.sock", "/run/user-<USER>/none.sock"]
	TOML
	run "$seal" -- redis-cli -s "$T/redis.sock" get shape
	is "$out" round "Redis over its Unix socket; one that is absent does no harm"
	run "$seal" -- redis-cli -p 6379 ping
	like "$out$err" 'refused' "a socket grants no port"
	run "$seal" -- sh -c 'ls -A "$1"; rm -f "$1/redis.sock"; mv "$1/redis.sock" "$1/x"; ls "$1/redis.sock"' sh "$T"
	unlike "$out" 'canary' "... and nothing else of its folder"
	like "$out" 'redis\.sock$' "... nor can it be taken away"
	[ -S "$T/redis.sock" ]
	ok $? "... it is where it was"
	run redis-cli -p 6379 shutdown nosave
	wait $redis
else
	skip "Redis" "no redis-server and redis-cli here"
fi

# --- PostgreSQL ----------------------------------------------------------------------------------------------

for bin in /usr/lib/postgresql/*/bin; do :; done # the last of them
PATH=$PATH:$bin
if command -v initdb >/dev/null && command -v pg_ctl >/dev/null && command -v psql >/dev/null; then
	run initdb -D "$T/pg" -U tester -A trust --no-sync -E UTF8 --locale=C
	exits 0 "control: a database of the test's own"
	run pg_ctl -D "$T/pg" -w -t 20 -l "$T/pg.log" \
		-o "-p 5432 -k $T -c listen_addresses=127.0.0.1 -c fsync=off" start
	exits 0 "control: it runs"
	db='psql -X -A -t -h 127.0.0.1 -p 5432 -U tester postgres'
	manifest </dev/null
	run "$seal" -- sh -c "$db -c 'select 1'"
	like "$err" 'refused' "PostgreSQL: without a grant its port is not there"
	manifest <<-'TOML'
		[sandbox.os.network]
		host_localhost_ports = [5432]
	TOML
	run "$seal" -- sh -c "$db -c 'create table t (n int primary key, s text)' -c \"insert into t select i, repeat('x', i % 100) from generate_series(1, 50000) i\" -c 'select count(*), sum(length(s)) from t'"
	is "$(printf '%s\n' "$out" | tail -n 1)" "50000|2475000" "PostgreSQL through the bridge: 50,000 rows made inside"
	is "$($db -c 'select count(*), sum(length(s)) from t')" "50000|2475000" "... and seen outside"
	$db -c 'copy t to stdout' | cksum >"$T/want"
	run "$seal" -- sh -c "$db -c 'copy t to stdout' | cksum"
	is "$out" "$(cat "$T/want")" "a table read inside, each byte"
	run "$seal" -- sh -c "$db -c 'create table u (like t)' >/dev/null; $db -c 'copy t to stdout' | $db -c 'copy u from stdin'; $db -c 'select count(*) from u'"
	is "$(printf '%s\n' "$out" | tail -n 1)" 50000 "two connections at a time, one into the other"
	run "$seal" -- sh -c "for i in 1 2 3 4 5 6 7 8; do $db -c \"select pg_sleep(0.2), \$i\" & done; wait"
	is "$(printf '%s\n' "$out" | grep -c '^|')" 8 "eight clients at a time"
	run "$seal" -- sh -c "psql -X -A -t -h $T -p 5432 -U tester postgres -c 'select 1'"
	like "$err" 'No such file' "a port grants no socket"
	manifest <<-TOML
		[sandbox.os]
		unix_sockets = ["$T/.s.PGSQL.5432"]
	TOML
	run "$seal" -- sh -c "psql -X -A -t -h $T -p 5432 -U tester postgres -c 'select count(*) from t'"
	is "$out" 50000 "PostgreSQL over its Unix socket"
	run pg_ctl -D "$T/pg" -w -t 20 -m immediate stop
else
	skip "PostgreSQL" "no initdb, pg_ctl and psql here"
fi

done_testing
