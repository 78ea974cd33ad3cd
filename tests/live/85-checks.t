#!/bin/bash
# limit: 60
# pre-commit under its bundle: a project's checks run inside, with the environments that were made
# outside; what git's hooks run later cannot be changed unless seal.toml says so.
# shellcheck disable=SC2154 # the helpers set out, err and status
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
export GIT_CONFIG_NOSYSTEM=1
command -v pre-commit >/dev/null || {
	skip "pre-commit" "no pre-commit here"
	done_testing
}
cache=$T/home/.cache/pre-commit

git config --global user.name Seal
git config --global user.email seal@example.org
cat >check.py <<'END'
import os, sys
bad = [f for f in sys.argv[1:] if 'FIXME' in open(f).read()]
print('checked', len(sys.argv) - 1, 'as', os.environ.get('PRE_COMMIT'))
sys.exit(bool(bad))
END
cat >.pre-commit-config.yaml <<'END'
repos:
-   repo: local
    hooks:
    -   id: fixme
        name: no fixme
        language: system
        entry: python3 check.py
        files: \.txt$
        verbose: true
    -   id: upper
        name: upper
        language: system
        entry: sh -c 'for f; do tr a-z A-Z <"$f" >"$f.new" && cat "$f.new" >"$f"; rm "$f.new"; done' sh
        files: \.up$
    -   id: names
        name: author
        language: system
        entry: git config user.name
        pass_filenames: false
        verbose: true
END
echo text >a.txt
echo more >b.txt
echo loud >c.up
git add -A
git commit -q -m first

manifest <<'END'
[sandbox.os]
command_tools = ["pre-commit"]
END
run "$seal" -- pre-commit run --all-files fixme
exits 0 "pre-commit: a check passes inside, without anything made outside"
like "$out" '^checked 2 as 1$' "... it is the check that ran"
[ ! -e "$cache" ]
ok $? "... what pre-commit keeps of it ended with the run"
run "$seal" -- pre-commit run --all-files names
like "$out" '^Seal$' "a check that asks git: its settings come along"
echo FIXME >b.txt
run "$seal" -- pre-commit run --files b.txt
exits 1 "a check fails inside"
like "$out" 'no fixme\.+Failed' "... and says so"
git checkout -q b.txt
run "$seal" -- pre-commit run --all-files upper
like "$out" 'files were modified by this hook' "a check that changes files"
is "$(cat c.up)" LOUD "... has changed them outside"
git checkout -q c.up

# An environment made outside, by which git's hooks run.
cat >>.pre-commit-config.yaml <<'END'
    -   id: script
        name: from the cache
        language: script
        entry: ./check.sh
        pass_filenames: false
END
printf '#!/bin/sh\necho from a script\n' >check.sh
chmod 755 check.sh
git add -A
run pre-commit run --all-files fixme
exits 0 "control: outside, it keeps what it made"
[ -f "$cache/db.db" ]
ok $? "... in its cache"
mkdir -p "$cache/repo1/bin"
echo program >"$cache/repo1/bin/check"
state=$(find "$cache" -type f -exec sha256sum {} + | sort)
run "$seal" -- pre-commit run --all-files
like "$out" 'from the cache\.+Passed' "with a cache from outside, checks run inside"
# shellcheck disable=SC2016 # for the shell inside
plant='pre-commit --version; echo evil >~/.cache/pre-commit/repo1/bin/check; echo x >~/.cache/pre-commit/new; rm -rf ~/.cache/pre-commit/repo1'
run "$seal" -- sh -c "$plant"
is "$(find "$cache" -type f -exec sha256sum {} + | sort)" "$state" "... and cannot be changed"
run "$seal" -- pre-commit install
[ ! -e .git/hooks/pre-commit ]
ok $? "git's hooks are not written inside"
run pre-commit install
[ -e .git/hooks/pre-commit ]
ok $? "control: outside they are"
rm .git/hooks/pre-commit

manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "pre-commit", install = true }]
END
like "$(cat "$T/trust")" 'pre-commit.*\.cache/pre-commit' "trust tells of install"
run "$seal" -- sh -c "$plant"
[ ! -e "$cache/repo1" ] && [ -e "$cache/new" ]
ok $? "with install it is written"

done_testing
