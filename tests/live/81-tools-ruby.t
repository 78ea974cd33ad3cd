#!/bin/bash
# limit: 60
# Ruby, gem, Bundler and rake under their bundles, as an ordinary user, without a network.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in bundle gem rake ruby; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
manifest <<'END'
[sandbox.os]
command_tools = ["bundler", "gem", "ruby"]
END

# --- Ruby and rake ----------------------------------------------------------------------------------

cat >spy.rb <<END
require "json"
File.write("made", "x")
puts JSON.generate("canary" => File.exist?("$T/canary/secret"))
END
run "$seal" -- ruby spy.rb
is "$out" '{"canary":false}' "ruby"
[ -e made ]
ok $? "... writes in the project"
run ruby spy.rb
is "$out" '{"canary":true}' "... control: outside it sees the canary"
printf 'task(:spy) { ruby "spy.rb" }\n' >Rakefile
run "$seal" -- rake -q spy
is "$out" '{"canary":false}' "rake"

# --- gem --------------------------------------------------------------------------------------------

mkdir -p hello/lib hello/exe
cat >hello/hello.gemspec <<'END'
Gem::Specification.new do |s|
  s.name = "sealhello"
  s.version = "1.0"
  s.summary = "says hello"
  s.authors = ["x"]
  s.files = ["lib/sealhello.rb", "exe/sealhello"]
  s.bindir = "exe"
  s.executables = ["sealhello"]
end
END
echo 'module Sealhello; TEXT = "hello from a gem"; end' >hello/lib/sealhello.rb
printf '#!/usr/bin/env ruby\nrequire "sealhello"\nputs Sealhello::TEXT\n' >hello/exe/sealhello
chmod 755 hello/exe/sealhello
cd hello || exit 1
run "$seal" -- gem build hello.gemspec
[ "$status" = 0 ] && [ -s sealhello-1.0.gem ]
ok $? "gem build"
cd .. || exit 1

user=$(ruby -e 'puts Gem.user_dir')
mkdir -p "$(dirname "$user")"
printf ':rubygems_api_key: secret\n' >~/.local/share/gem/credentials
install='gem install --local --no-document'
# shellcheck disable=SC2086 # options, as words
run "$seal" -- $install --user-install hello/sealhello-1.0.gem
[ "$status" != 0 ] && [ ! -e "$user" ]
ok $? "gem install for the user is refused (status $status)"
# shellcheck disable=SC2086
run "$seal" -- $install --install-dir gems hello/sealhello-1.0.gem
is "$status:$(GEM_HOME=$T/proj/gems gems/bin/sealhello)" "0:hello from a gem" "... into the project it is not"
run "$seal" -- ruby -e 'puts File.exist?(File.expand_path("~/.local/share/gem/credentials"))'
is "$out" false "the credentials for publishing are not there"

manifest <<'END'
[sandbox.os]
command_tools = ["bundler", { tool = "gem", install = true }, "ruby"]
END
# shellcheck disable=SC2086
run "$seal" -- $install --user-install hello/sealhello-1.0.gem
is "$status:$("$user/bin/sealhello")" "0:hello from a gem" "gem install with install: the program is there outside"
run "$seal" -- ruby -e 'require "sealhello"; puts Sealhello::TEXT'
is "$out" "hello from a gem" "ruby finds the user's gems"
run "$seal" -- gem uninstall -x sealhello
[ ! -e "$user/bin/sealhello" ]
ok $? "gem uninstall (status $status)"

# --- Bundler ----------------------------------------------------------------------------------------

mkdir app && cd app || exit 1
printf 'source "https://index.example"\ngem "sealhello", path: "../hello"\n' >Gemfile
mkdir ~/.bundle
echo 'BUNDLE_JOBS: "2"' >~/.bundle/config
# Bundler says that the machine's folder of gems is not writable, and takes the project's.
run "$seal" -- bundle config set --local path vendor/bundle
run "$seal" -- bundle install --local --quiet
exits 0 "bundle install, with a gem from the project"
run "$seal" -- bundle exec ruby -e 'require "sealhello"; puts Sealhello::TEXT'
is "$out" "hello from a gem" "bundle exec"
run "$seal" -- bundle config set --global path /elsewhere
is "$(cat ~/.bundle/config)" 'BUNDLE_JOBS: "2"' "the user's settings stay as they are (status $status)"
run bundle config set --global path /elsewhere
like "$(cat ~/.bundle/config)" /elsewhere "... control: outside they change"

done_testing
