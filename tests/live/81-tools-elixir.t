#!/bin/bash
# limit: 60
# Erlang, Elixir and mix under their bundles, as an ordinary user, without a network.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in elixir erlc mix; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
manifest <<'END'
[sandbox.os]
command_tools = ["elixir", "erlang", "mix"]
END
# A cookie is a password: who knows it runs what it likes in the user's nodes.
echo cookie >~/.erlang.cookie
chmod 400 ~/.erlang.cookie

cat >spy.erl <<END
-module(spy).
-export([main/0]).
main() ->
	ok = file:write_file("made", "x"),
	io:format("~p ~p", [filelib:is_file(F) || F <- ["$T/canary/secret", "$HOME/.erlang.cookie"]]).
END
run "$seal" -- erlc spy.erl
exits 0 erlc
run "$seal" -- erl -noshell -eval 'spy:main(), halt().'
is "$out" "false false" "erl sees neither canary nor cookie"
[ -e made ]
ok $? "... and writes in the project"
run erl -noshell -eval 'spy:main(), halt().'
is "$out" "true true" "... control: outside it does"

run "$seal" -- elixir -e "IO.puts File.exists?(\"$T/canary/secret\")"
is "$out" false elixir
run "$seal" -- mix new hello
exits 0 "mix new"
cd hello || exit 1
run "$seal" -- mix test
[ "$status" = 0 ]
ok $? "mix test"
like "$out" ' 0 failures' "... passes"
cat >lib/plant.ex <<'END'
defmodule Mix.Tasks.Plant do
  use Mix.Task
  def run(_), do: File.write!(Path.expand("~/.mix/archives/planted"), "x")
end
END
mkdir -p ~/.mix/archives
run "$seal" -- mix plant
[ "$status" != 0 ] && [ ! -e ~/.mix/archives/planted ]
ok $? "a task writes no archive that mix loads outside (status $status)"
cd .. || exit 1
manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "mix", install = true }]
END
cd hello || exit 1
run "$seal" -- mix archive.build
run "$seal" -- mix archive.install --force hello-0.1.0.ez
[ "$status" = 0 ] && [ -d ~/.mix/archives/hello-0.1.0 ]
ok $? "mix archive.install, with install"

done_testing
