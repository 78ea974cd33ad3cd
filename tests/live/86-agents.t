#!/bin/bash
# limit: 60
# The bundles of agents, and of Docker, by programs that do what those do: what an agent has to keep
# it keeps, what it could change for the next start outside of a sandbox it cannot.
# shellcheck disable=SC2154 # the helpers set out, err and status
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
export GIT_CONFIG_NOSYSTEM=1
h=$T/home

# stub NAME: standard input becomes the program NAME of the project.
stub()
{
	{
		echo '#!/usr/bin/env python3'
		cat <<-'END'
			import os, socket, subprocess, sys
			home = os.environ['HOME']
			def at(path): return os.path.join(home, path)
			def tell(what, act):
			    try: print(what, act() or 'done')
			    except OSError as e: print(what, 'refused', e.strerror)
			def put(path, text):
			    os.makedirs(os.path.dirname(at(path)), exist_ok=True)
			    with open(at(path), 'w') as f: f.write(text)
			def swap(path, text):
			    put(path + '.tmp', text)
			    os.rename(at(path + '.tmp'), at(path))
			def get(path):
			    with open(at(path)) as f: return f.read().strip()
		END
		cat
	} >"$1"
	chmod 755 "$1"
}

# fill PATH TEXT: a file in the home folder.
fill()
{
	mkdir -p "$(dirname "$h/$1")"
	echo "$2" >"$h/$1"
}

# --- Claude Code ------------------------------------------------------------------------------------------

fill .claude.json '{"projects":{}}'
fill .claude/.credentials.json 'token 1'
fill .claude/settings.json '{"hooks":"mine"}'
fill .claude/CLAUDE.md 'be brief'
fill .claude/plugins/p/run.sh 'plugin'
fill .claude/history.jsonl '{}'
fill .claude/ide/1.lock 'a secret of the editor'
fill .claude/projects/other/1.jsonl 'another transcript'
fill .gitconfig '[user]'
stub claude <<'E2'
print('reads', get('.claude.json'), get('.claude/CLAUDE.md'), get('.claude/settings.json'))
tell('state', lambda: swap('.claude.json', '{"mcpServers":"evil"}'))
tell('state again', lambda: get('.claude.json'))
tell('login', lambda: put('.claude/.credentials.json', 'token 2'))
tell('transcript', lambda: put('.claude/projects/mine/1.jsonl', 'said'))
tell('history', lambda: put('.claude/history.jsonl', 'typed'))
tell('settings', lambda: put('.claude/settings.json', '{"hooks":"evil"}'))
tell('settings by name', lambda: swap('.claude/settings.json', '{"hooks":"evil"}'))
tell('plugin', lambda: put('.claude/plugins/p/run.sh', 'evil'))
tell('new plugin', lambda: put('.claude/plugins/q/run.sh', 'evil'))
tell('hooks', lambda: put('.claude/hooks/evil.sh', 'evil'))
tell('project', lambda: put(os.path.join(os.getcwd(), '.claude/settings.local.json'), 'evil'))
tell('mcp', lambda: put(os.path.join(os.getcwd(), '.mcp.json'), 'evil'))
tell('editor', lambda: get('.claude/ide/1.lock'))
tell('other', lambda: get('.claude/projects/other/1.jsonl'))
tell('key', lambda: get('.ssh/id_ed25519'))
tell('git', lambda: get('.gitconfig'))
print('env', os.environ.get('ANTHROPIC_API_KEY'), os.environ.get('DISABLE_AUTOUPDATER'),
      os.environ.get('OPENAI_API_KEY'))
E2
export ANTHROPIC_API_KEY=sk-1 OPENAI_API_KEY=sk-2
run "$seal" -- ./claude
said=$out
exits 0 "claude: an agent under its bundle"
like "$said" '^reads \{"projects":\{\}\} be brief \{"hooks":"mine"\}$' "it reads its state, its instructions, its settings"
like "$said" '^state done$' "it changes its state by a new file, as it does"
like "$said" '^state again \{"mcpServers":"evil"\}$' "... and finds it so"
is "$(cat "$h/.claude.json")" '{"projects":{}}' "... but outside it is as it was"
is "$(cat "$h/.claude/.credentials.json")" "token 2" "a login that it renewed is kept"
is "$(cat "$h/.claude/projects/mine/1.jsonl")" said "... and its transcript"
is "$(cat "$h/.claude/history.jsonl")" typed "... and what was typed"
for what in settings 'settings by name' plugin 'new plugin'; do
	like "$said" "^$what refused" "refused: $what"
done
is "$(cat "$h/.claude/settings.json" "$h/.claude/plugins/p/run.sh")" '{"hooks":"mine"}
plugin' "... they are as they were"
[ ! -e "$h/.claude/hooks" ] && [ ! -e "$h/.claude/plugins/q" ]
ok $? "... and nothing is new"
like "$said" '^project refused' "the project's own settings are protected"
[ ! -e .claude/settings.local.json ] && [ ! -s .mcp.json ]
ok $? "... and are not there"
like "$said" '^editor refused No such file' "what editors keep beside it is not there"
like "$said" '^key refused No such file' "... nor a key"
like "$said" '^other another transcript$' "transcripts of other projects are, by default"
like "$said" '^git refused No such file' "git's settings are not, unless they are listed"
like "$said" '^env sk-1 1 None$' "its key passes, another agent's does not, and it does not update itself"

manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "claude", history = false }, "git"]
END
run "$seal" -- ./claude
like "$out" '^git refused No such file' "... nor where git is enabled beside it"
manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "claude", bundles = ["git"] }]
END
run "$seal" -- ./claude
[ "$status" = 125 ]
like "$err" "claude\.bundles: the bundle 'git' is not enabled; add \"git\" to command_tools" "bundles names what is not enabled: an error"
manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "claude", bundles = ["git"], history = false }, "git"]
END
like "$(cat "$T/trust")" 'claude: bundles.* git' "bundles: trust tells of it"
is "$(bundles_of ./claude)" "claude git" "... the agent gets both"
is "$(bundles_of git status)" git "... git none but its own"
run "$seal" explain -- ./claude
like "$out" '^ *git +matches .claude\.bundles' "... explain says why"
like "$out" 'github\.com' "... with its hosts"
run "$seal" -- ./claude
like "$out" '^git \[user\]$' "... and its settings"
like "$out" '^other refused No such file' "history = false: no other transcripts"
like "$out" '^transcript done$' "... its own is private"
rm -rf "$h/.claude/projects/mine"
run "$seal" -- ./claude
[ ! -e "$h/.claude/projects/mine" ]
ok $? "... and ends with the run"

manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "claude", install = true }]
END
like "$(cat "$T/trust")" 'write ~/\.claude/settings\.json' "install = true: trust tells of it"
run "$seal" -- ./claude
is "$(cat "$h/.claude/settings.json" "$h/.claude/plugins/q/run.sh")" '{"hooks":"evil"}evil' "... it may change settings and plugins"
rm -f seal.toml

# --- Codex, Gemini --------------------------------------------------------------------------------------------

fill .codex/config.toml 'model = "x"'
fill .codex/auth.json 'token 1'
fill .codex/rules/default.rules 'ask'
stub codex <<'E2'
tell('settings', lambda: swap('.codex/config.toml', 'notify = "evil"'))
tell('login', lambda: put('.codex/auth.json', 'token 2'))
tell('rules', lambda: put('.codex/rules/default.rules', 'evil'))
tell('session', lambda: put('.codex/sessions/2026/r.jsonl', 'said'))
tell('database', lambda: put('.codex/state.sqlite', 'private'))
E2
run "$seal" -- ./codex
is "$(grep -c "done" "$T/out")" 4 "codex: it works with its folder as ever"
like "$out" '^rules refused' "... but for the rules"
is "$(cd "$h/.codex" && find . -type f | sort | xargs grep .)" './auth.json:token 2
./config.toml:model = "x"
./rules/default.rules:ask
./sessions/2026/r.jsonl:said' "... and outside are a new login and its session"

fill .gemini/settings.json '{}'
fill .gemini/oauth_creds.json 'token 1'
fill .gemini/tmp/bin/rg 'program'
stub gemini <<'E2'
tell('settings', lambda: swap('.gemini/settings.json', '{"mcpServers":"evil"}'))
tell('login', lambda: put('.gemini/oauth_creds.json', 'token 2'))
tell('program', lambda: put('.gemini/tmp/bin/rg', 'evil'))
tell('checkpoint', lambda: put('.gemini/history/p/.git/config', 'evil'))
tell('extension', lambda: put('.gemini/extensions/e/run', 'evil'))
E2
run "$seal" -- ./gemini
is "$(grep -c "done" "$T/out")" 5 "gemini: it works with its folder as ever"
is "$(cd "$h/.gemini" && find . -type f | sort | xargs grep .)" './oauth_creds.json:token 2
./settings.json:{}
./tmp/bin/rg:program' "... and outside is a new login, no program and no repository"

# --- Docker ------------------------------------------------------------------------------------------------------

mkdir -p "$h/.docker/desktop"
socat UNIX-LISTEN:"$h/.docker/desktop/docker.sock",fork SYSTEM:'echo the daemon' 2>/dev/null &
daemon=$!
holds -S "$h/.docker/desktop/docker.sock"
stub docker <<'E2'
def dial():
    s = socket.socket(socket.AF_UNIX)
    s.connect(at('.docker/desktop/docker.sock'))
    return s.recv(100).decode().strip()
tell('socket', dial)
E2
run ./docker
is "$out" "socket the daemon" "control: a daemon's socket, outside"
run "$seal" -- ./docker
like "$out" '^socket refused No such file' "docker: nothing, where nobody names it"
is "$(bundles_of ./docker)" "" "... no bundle applies"
manifest <<'END'
[sandbox.os]
command_tools = ["docker"]
END
like "$(cat "$T/trust")" 'escape' "named: trust says that it is an escape"
run "$seal" -- ./docker
is "$out" "socket the daemon" "... and its socket is there"
run "$seal" explain -- ./docker
like "$out" 'docker\.sock.*escape|escape.*docker\.sock' "... explain says so too"
run "$seal" -- python3 docker
like "$out" '^socket refused No such file' "... for that command alone"
kill "$daemon"

done_testing
