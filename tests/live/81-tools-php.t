#!/bin/bash
# limit: 60
# PHP and Composer under their bundles, as an ordinary user, without a network.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in composer php; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
manifest <<'END'
[sandbox.os]
command_tools = ["composer", "php"]
END

printf '<?php file_put_contents("made", "x"); echo json_encode(["canary" => file_exists("%s")]);' \
	"$T/canary/secret" >spy.php
run "$seal" -- php spy.php
is "$out" '{"canary":false}' "php"
[ -e made ]
ok $? "... writes in the project"
run php spy.php
is "$out" '{"canary":true}' "... control: outside it sees the canary"
run php -m
want=$out
run "$seal" -- php -m
is "$out" "$want" "its extensions are those that it has outside"

mkdir -p hello/src app
cat >hello/composer.json <<'END'
{ "name": "seal/hello", "version": "1.0.0", "autoload": { "psr-4": { "Seal\\": "src/" } } }
END
echo '<?php namespace Seal; class Hello { const TEXT = "hello from a package"; }' >hello/src/Hello.php
cat >app/composer.json <<'END'
{
  "name": "seal/app",
  "repositories": [
    { "type": "path", "url": "../hello", "options": { "symlink": false } },
    { "packagist.org": false }
  ],
  "require": { "seal/hello": "1.0.0" },
  "scripts": { "post-autoload-dump": "@php ../spy.php" }
}
END
mkdir -p ~/.config/composer/vendor
echo '{ "github-oauth": { "github.com": "secret" } }' >~/.config/composer/auth.json
cd app || exit 1
run "$seal" -- composer install --no-interaction
exits 0 "composer install, with a package from the project"
like "$out" '"canary":false' "... whose script does not see the canary"
run "$seal" -- php -r 'require "vendor/autoload.php"; echo Seal\Hello::TEXT;'
is "$out" "hello from a package" "... and which works"
run "$seal" -- composer config --global github-oauth.github.com
unlike "$out" secret "the user's tokens are not there"
run composer config --global --auth github-oauth.github.com
like "$out" secret "... control: outside they are"

sed "s|\.\./|$T/proj/|" composer.json >~/.config/composer/composer.json
run "$seal" -- composer global install --no-interaction --no-scripts
[ "$status" != 0 ] && [ -z "$(ls ~/.config/composer/vendor)" ]
ok $? "composer global is refused (status $status)"
cd .. || exit 1
manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "composer", install = true }, "php"]
END
run "$seal" -- composer global install --no-interaction --no-scripts
[ "$status" = 0 ] && [ -e ~/.config/composer/vendor/seal/hello/src/Hello.php ]
ok $? "... with install it is not"

done_testing
