#!/bin/bash
# limit: 90
# Poetry and PDM under their bundles, as an ordinary user, with a dependency from the project: no
# index is asked. Both make the environment in the project.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in pdm poetry; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
for name in $(env | sed -n 's/^\(PIP_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
wheel=$T/proj/sealhello-1.0-py3-none-any.whl
python3 "$live/wheel.py" "$T/proj" "$T/canary/secret" || exit 1

# --- Poetry -----------------------------------------------------------------------------------------

printf '[sandbox.os]\ncommand_tools = ["pdm", "poetry"]\n[sandbox.os.network]\ndomains = []\n' | manifest
mkdir with-poetry && cd with-poetry || exit 1
cat >pyproject.toml <<END
[tool.poetry]
name = "app"
version = "1"
description = ""
authors = []
packages = []

[tool.poetry.dependencies]
python = "^3.8"
sealhello = { path = "$wheel" }
END
mkdir -p ~/.config/pypoetry
printf '[http-basic.here]\nusername = "x"\npassword = "secret"\n' >~/.config/pypoetry/auth.toml
run "$seal" -- poetry install --no-root --no-interaction
exits 0 "poetry install"
[ -x .venv/bin/sealhello ] && [ ! -e ~/.cache/pypoetry/virtualenvs ]
ok $? "... into an environment in the project, none in the home"
is "$(.venv/bin/sealhello)" "canary True" "... with a program that runs outside"
run "$seal" -- poetry run sealhello
is "$out" "canary False" "poetry run: it sees less"
run "$seal" -- poetry run python -c "print(open('$HOME/.config/pypoetry/auth.toml').read())"
like "$err" FileNotFoundError "the stored passwords are not there"
cd .. || exit 1

# An environment where Poetry has them outside is written with install only.
mkdir -p ~/.cache/pypoetry/virtualenvs elsewhere
cp with-poetry/pyproject.toml elsewhere
cd elsewhere || exit 1
export POETRY_VIRTUALENVS_IN_PROJECT=false
run "$seal" -- poetry install --no-root --no-interaction
[ "$status" != 0 ] && [ -z "$(ls ~/.cache/pypoetry/virtualenvs)" ]
ok $? "an environment in the home is refused (status $status)"
cd .. || exit 1
printf '[sandbox.os]\ncommand_tools = ["pdm", { tool = "poetry", install = true }]\n' | manifest
cd elsewhere || exit 1
run "$seal" -- poetry install --no-root --no-interaction
[ "$status" = 0 ] && [ -n "$(find ~/.cache/pypoetry/virtualenvs -name sealhello)" ]
ok $? "... with install it is not"
cd .. || exit 1

# --- PDM --------------------------------------------------------------------------------------------

mkdir with-pdm && cd with-pdm || exit 1
cat >pyproject.toml <<END
[project]
name = "app"
version = "1"
requires-python = ">=3.8"
dependencies = ["sealhello @ file://$wheel"]
END
run "$seal" -- pdm use --first python3
exits 0 "pdm use"
run "$seal" -- pdm install --no-self
exits 0 "pdm install"
unlike "$err" '^seal-exec: (blocked|cannot)' "... which asks nobody for a newer PDM"
run "$seal" -- pdm run sealhello
is "$out" "canary False" "pdm run: it does not see the canary"
run pdm run sealhello
is "$out" "canary True" "... control: outside it does"

done_testing
