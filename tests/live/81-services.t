#!/bin/bash
# limit: 120
# The bundles of services, with the services themselves inside: Redis in one sandbox and its client in
# another, PostgreSQL with its whole life in one. tests/live/64-services.t has servers of the host.
# The helpers set out, err and status, and their arguments may be missing; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

# --- Redis --------------------------------------------------------------------------------------------------

# ends PID: it is waited for, as long as it may take to end by itself.
ends()
{
	timeout 10 tail --pid="$1" -f /dev/null && wait "$1"
}

if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
	cat >server.toml <<-'TOML'
		[sandbox.os]
		command_tools = ["redis"]
		[sandbox.os.network]
		dev_server_ports = [6379]
	TOML
	"$seal" trust --yes -m server.toml >"$T/trust" 2>&1 || sed "s/^/# trust: /" "$T/trust" >&2
	manifest <<-'TOML'
		[sandbox.os]
		command_tools = ["redis"]
		[sandbox.os.network]
		host_localhost_ports = [6379]
	TOML
	printf 'requirepass sesame\n' >redis.conf
	"$seal" -m server.toml -- redis-server redis.conf --port 6379 --bind 127.0.0.1 --save '' \
		--unixsocket "$T/proj/redis.sock" --daemonize no >"$T/redis.log" 2>&1 &
	redis=$!
	holds -S redis.sock
	ok $? "Redis: a server under its bundle, in a sandbox, with its socket in the project"
	run redis-cli -s redis.sock ping
	like "$out$err" NOAUTH "control: it wants a password"
	export REDISCLI_AUTH=sesame
	run "$seal" -- redis-cli -s redis.sock set colour blue
	is "$out" OK "a client in another sandbox: the password's variable is the bundle's"
	printf 'redis-cli -s redis.sock get colour\n' >client.sh
	run "$seal" -- sh client.sh
	like "$out$err" NOAUTH "... and nobody else's"
	run redis-cli -p 6379 get colour
	is "$out" blue "its port outside, by dev_server_ports"
	run "$seal" -- redis-cli -p 6379 get colour
	is "$out" blue "... and from there into the client's sandbox, by host_localhost_ports"
	echo ':set prompt "secret of the history> "' >"$T/home/.rediscli_history"
	echo ':set hints' >"$T/home/.redisclirc"
	run "$seal" -- sh -c 'redis-cli --version; ls -A ~'
	like "$out" '^\.redisclirc$' "its settings are read"
	unlike "$out" 'history' "... its history is not there"
	run "$seal" -- redis-benchmark -s redis.sock -a sesame -q -n 2000 -t set,get
	like "$out" 'GET: .*requests per second' "redis-benchmark"
	run "$seal" -- redis-cli -s redis.sock shutdown nosave
	ends $redis
	ok $? "the server ends when it is told, and its sandbox with it"
	[ ! -e redis.sock ]
	ok $? "... and has taken its socket away"
	unset REDISCLI_AUTH
else
	skip "Redis" "no redis-server and redis-cli here"
fi

# --- PostgreSQL ----------------------------------------------------------------------------------------------

for bin in /usr/lib/postgresql/*/bin; do :; done # the last of them
PATH=$bin:$PATH
if command -v initdb >/dev/null && command -v pg_ctl >/dev/null && command -v psql >/dev/null; then
	manifest <<-'TOML'
		[sandbox.os]
		command_tools = ["postgres"]
	TOML
	echo sesame >password
	echo 'localhost:*:*:tester:sesame' >"$T/home/.pgpass"
	chmod 600 "$T/home/.pgpass"
	echo "secret" >"$T/home/.psql_history"
	printf '[mine]\nhost=localhost\nuser=tester\ndbname=shop\n' >"$T/home/.pg_service.conf"
	run "$seal" -- initdb -D pg -U tester -A scram-sha-256 --pwfile password --no-sync -E UTF8 --locale=C
	exits 0 "PostgreSQL: initdb in the project"
	[ -f pg/PG_VERSION ]
	ok $? "... the database is the project's"
	start='pg_ctl -D pg -w -t 20 -l pg.log -o "-k $PWD -c listen_addresses=localhost -c fsync=off" start >/dev/null'
	stop='pg_ctl -D pg -w -m immediate stop >/dev/null'
	run "$seal" -- sh -c "$start && createdb -h localhost -U tester shop &&
		psql -X -A -t service=mine -c 'create table t (n int primary key)' -c 'insert into t select generate_series(1, 1000)' -c 'select sum(n) from t' &&
		pg_dump -h localhost -U tester shop >dump.sql; $stop"
	is "$(printf '%s\n' "$out" | tail -n 1)" 500500 "a server, createdb, psql by a service's name and ~/.pgpass, in one sandbox"
	is "$(grep -c '^[0-9][0-9]*$' dump.sql)" 1000 "... and pg_dump: what was written inside, read outside"
	[ ! -e pg/postmaster.pid ] || ! kill -0 "$(head -n 1 pg/postmaster.pid)" 2>/dev/null
	ok $? "... and no server is left"
	export PGPASSWORD=sesame PGUSER=tester PGHOST=localhost
	run "$seal" -- sh -c "$start && psql -X -A -t shop -c 'select count(*) from t'; $stop"
	is "$out" 1000 "its variables pass: PGPASSWORD, PGUSER, PGHOST"
	printf 'cat ~/.pgpass; ls -A ~; echo "<$PGPASSWORD>"\n' >look.sh
	run "$seal" -- sh look.sh
	is "$out" "<>" "... under its bundle alone, as do its files"
	run "$seal" -- sh -c 'pg_config --version; cat ~/.psql_history; echo x >>~/.pgpass'
	unlike "$out" secret "what was typed into psql elsewhere is not there"
	is "$(cat "$T/home/.pgpass")" 'localhost:*:*:tester:sesame' "... and the password's file is only read"
	unset PGPASSWORD PGUSER PGHOST
else
	skip "PostgreSQL" "no initdb, pg_ctl and psql here"
fi

done_testing
