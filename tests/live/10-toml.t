#!/bin/sh
# limit: 300
# The TOML reader on whole files, through tests/toml-json: what is valid gives the JSON beside it,
# what is invalid is refused with one line that says where. Our own files (tests/golden/toml)
# are always tried, with the exact place of each error; toml-test's where they are at hand.
set -u
cd "$(dirname "$0")/../.." || exit 1
own=tests/golden/toml
suite=../shared/toml-test
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

reader=${TOML_JSON:-tests/toml-json}
[ -x "$reader" ] || {
	echo "Bail out! no $reader: run make tests/toml-json"
	exit 1
}

# compare WANT DIR: reads each .toml file of DIR; ok where it gives the .json beside it (WANT is
# "same") or does not (WANT is "different"). Compared is what is meant: 1e3 is 1000, .50 is .5.
compare()
{
	want=$1 n=0
	find "$2" -name '*.toml' | sort >"$work/files"
	while read -r file; do
		n=$((n + 1))
		timeout 20 "$reader" "$file" >"$work/$n.json" 2>"$work/error" ||
			echo "# $(head -n 1 "$work/error")"
	done <"$work/files"
	python3 - "$want" "$work" 3<"$work/files" <<'END'
import json, os, re, sys

def scalar(x):
    return isinstance(x, dict) and set(x) == {"type", "value"} and isinstance(x["type"], str)

def meaning(kind, text):
    if kind == "integer":
        return int(text)
    if kind == "float":
        return "nan" if text.lstrip("+-") == "nan" else (text[0] == "-", float(text))
    if kind in ("datetime", "datetime-local", "time-local"):
        text = re.sub(r"(\.\d*?)0+(?!\d)", r"\1", text.upper().replace(" ", "T"))
        return re.sub(r"\.(?!\d)", "", text)
    return text

def same(a, b):
    if scalar(a) and scalar(b):
        return a["type"] == b["type"] and meaning(**names(a)) == meaning(**names(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))

def names(x):
    return {"kind": x["type"], "text": x["value"]}

want, work = sys.argv[1:]
for n, file in enumerate(os.fdopen(3).read().split("\n")[:-1], 1):
    try:
        got = json.load(open(f"{work}/{n}.json", encoding="utf-8"))
        told = "same" if same(got, json.load(open(file[:-5] + ".json", encoding="utf-8"))) else "different"
    except ValueError:
        told = "no JSON"
    print("ok" if told == want else "not ok", "-", file, told)
END
}

# refuse DIR: ok for each .toml file of DIR that ends with exit 1, nothing on standard output and one
# line on standard error that begins with the file and a place; the place that the file's first
# line names, if it does ("# error at LINE:COL").
refuse()
{
	find "$1" -name '*.toml' | sort >"$work/files"
	while read -r file; do
		timeout 20 "$reader" "$file" >"$work/out" 2>"$work/error"
		status=$?
		place=$(LC_ALL=C sed -n '1s/^# error at \([0-9:]*\).*/\1/p' "$file" | tr -d '\000')
		[ -n "$place" ] || place='[1-9][0-9]*:[1-9][0-9]*'
		if [ $status -eq 1 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/error")" -eq 1 ] &&
			grep -q "^$file:$place: [^ ].*; [^ ]" "$work/error"; then
			echo "ok - [MF-09] $file refused"
		else
			echo "not ok - [MF-09] $file: exit $status"
			sed 's/^/# /' "$work/error"
		fi
	done <"$work/files"
}

{
	compare same $own/valid
	compare different $own/different
	refuse $own/invalid
	if refuse $own/valid | grep -q '^ok'; then
		echo 'not ok - what is valid does not count as refused'
	else
		echo 'ok - what is valid does not count as refused'
	fi
} >"$work/tap" 2>"$work/noise"
cases=$(find $own -name '*.toml' | wc -l)
if [ -d $suite ]; then
	{
		compare same $suite/valid
		refuse $suite/invalid
	} >>"$work/tap" 2>>"$work/noise"
	cases=$((cases + $(find $suite/valid $suite/invalid -name '*.toml' | wc -l)))
else
	echo "# no $suite here: $cases files of our own" >>"$work/tap"
fi
cat "$work/tap"
sed 's/^/# /' "$work/noise" >&2
echo "1..$((cases + 1))" # each file was tried, however the loops above went
[ ! -s "$work/noise" ] && ! grep -q '^not ok' "$work/tap"
