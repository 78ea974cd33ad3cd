# shellcheck shell=bash
# For tools that cannot be had here: a stand-in of that name reads, writes and is told what the tool
# would be, by each grant of its bundle, and tries what no bundle grants. What was written is asked of
# the host. The stand-in outside is the control: there it reads everything. Sourced after lib.sh.
# The helpers set out; lists are words, and those who source this use them.
# shellcheck disable=SC2034,SC2046,SC2086,SC2154

# Of each argument, what became of it: read:FILE, write:FILE (both below HOME or absolute), env:NAME.
mkdir "$T/bin"
cat >"$T/bin/stand-in" <<'END'
#!/bin/sh
cd
for what; do
	case $what in
	read:*) cat "${what#*:}" ;;
	write:*) mkdir -p "$(dirname "${what#*:}")" && echo written >"${what#*:}" ;;
	env:*) printenv "${what#*:}" ;;
	esac >/dev/null 2>&1 && echo "$what"
done
exit 0
END
chmod +x "$T/bin/stand-in"

# What no tool here may see or leave behind.
secrets=".ssh/id_ed25519 .config/gh/hosts.yml .git-credentials .config/git/credentials .netrc $T/canary/secret"
startup=".bashrc .config/seal-exec/config.toml .local/bin/planted"

# words PREFIX WORD...: each with the prefix, in one line.
words()
{
	prefix=$1 && shift
	for word; do printf '%s%s ' "$prefix" "$word"; done
}

# tool NAME SETTINGS READ WRITE NOT ENV: with those settings the tool of that name reads READ, writes
# WRITE, writes none of NOT, reads no secret, and is passed ENV and no other variable.
tool()
{
	rm -f seal.toml # the user's grants of the tool before
	ln -sf stand-in "$T/bin/$1"
	for file in $3 $4 $5 $secrets; do
		(cd && mkdir -p "$(dirname "$file")" && echo mine >"$file")
	done
	asked="$(words read: $3 $secrets) $(words write: $4 $5 $startup) $(words env: $6 SECRET_OF_MINE)"
	for name in $6 SECRET_OF_MINE; do export "$name=x"; done
	is "$("$T/bin/$1" $(words read: $3 $secrets) | wc -l)" "$(words '' $3 $secrets | wc -w)" \
		"$1${2:+ (${2#, })}: control: outside all is read"
	manifest <<-TOML
		[sandbox.os]
		command_tools = [{ tool = "${7:-$1}", domains = []$2 }]
		read = ["$T/bin"]
	TOML
	run "$seal" -- "$T/bin/$1" $asked
	exits 0 "... runs"
	is "$(printf '%s\n' "$out" | grep -E '^(read|env):' | tr '\n' ' ')" "$(words read: $3)$(words env: $6)" \
		"... reads what is granted, and is passed its variables, no more"
	is "$(cd && grep -l written $4 $5 $startup 2>&1 | grep -v 'No such file' | tr '\n' ' ')" "$(words '' $4)" \
		"... and writes what is granted, on the host"
	for name in $6 SECRET_OF_MINE; do unset "$name"; done
	(cd && rm -f $3 $4 $5 $startup && rm -rf .local/bin)
}
