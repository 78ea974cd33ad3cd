#!/bin/bash
# limit: 120
# Tools of languages that cannot be had here: stand-ins have what each grant of their bundles gives,
# and nothing else (stand-in.sh).
# Lists are words.
# shellcheck disable=SC2034
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/stand-in.sh
. "$live/stand-in.sh"

# Where these tools and their relatives keep passwords and keys: none of it is anybody's.
secrets="$secrets .cargo/credentials.toml .composer/auth.json .config/composer/auth.json
	.config/pip/pip.conf .config/pypoetry/auth.toml .erlang.cookie .gem/credentials .hex/hex.config
	.ivy2/.credentials .local/share/gem/credentials .local/share/uv/credentials/credentials.toml
	.m2/settings-security.xml .sbt/.credentials"

# --- Python, Rust -----------------------------------------------------------------------------------

uv='.local/share/uv/python/planted .local/share/uv/tools/planted'
for name in uv uvx; do
	tool $name '' ".cargo/bin/uv .config/uv/uv.toml .local/share/uv/python/3/python .local/share/uv/tools/x" \
		.cache/uv/one "$uv .config/uv/uv.toml" 'UV_INDEX_URL UV_PUBLISH_TOKEN' uv
done
tool uv ', fetch = false' .cache/uv/one '' ".cache/uv/two $uv" ''
rust='.cargo/bin/planted .rustup/toolchains/planted'
tool rustup '' '.cargo/bin/rustup .cargo/env .rustup/settings.toml' '' \
	"$rust .cargo/env .cargo/registry/planted .rustup/settings.toml" 'CARGO_HOME RUSTUP_TOOLCHAIN'
tool rustup ', install = true' .cargo/env "$rust .rustup/settings.toml" .cargo/registry/planted ''

# --- Java, Scala ------------------------------------------------------------------------------------

gradle='.gradle/gradle.properties .gradle/init.d/mirror.gradle .gradle/init.gradle'
programs='.gradle/jdks/planted .gradle/wrapper/planted'
planted='.gradle/daemon/planted .gradle/init.d/planted .gradle/init.gradle.kts .gradle/native/planted'
for name in gradle gradlew; do
	tool $name '' "$gradle .gradle/jdks/one .gradle/wrapper/one" .gradle/caches/modules-2/one \
		"$gradle $planted $programs" 'GRADLE_OPTS ORG_GRADLE_PROJECT_x' gradle
done
tool gradle ', fetch = false' "$gradle" '' ".gradle/caches/one $planted $programs" ''
tool gradle ', install = true' "$gradle" ".gradle/caches/one $programs" "$gradle $planted" ''
tool mvnw '' '.m2/settings.xml .m2/wrapper/one' .m2/repository/one \
	'.m2/extensions.xml .m2/settings.xml .m2/wrapper/planted' 'MAVEN_OPTS MVNW_REPOURL' maven
tool mvnw ', install = true' .m2/settings.xml '.m2/repository/one .m2/wrapper/one' '.m2/settings.xml' '' maven
tool sbt '' '.ivy2/local/one .sbt/repositories .sbtopts' '.cache/coursier/v1/one .ivy2/cache/one' \
	'.ivy2/local/planted .sbt/1.0/plugins/planted .sbt/boot/planted .sbt/repositories .sbtopts' \
	'COURSIER_CACHE JAVA_OPTS SBT_OPTS'
tool sbt ', fetch = false' '.cache/coursier/one .ivy2/cache/one' '' '.cache/coursier/two .ivy2/cache/two' ''

# --- Others -----------------------------------------------------------------------------------------

tool just '' .config/just/justfile '' .config/just/planted 'CFLAGS JUST_COLOR'
tool rebar3 '' .config/rebar3/rebar.config .cache/rebar3/one '.config/rebar3/planted .erlang' 'ERL_FLAGS REBAR_COLOR' erlang
tool rebar3 ', fetch = false' .cache/rebar3/one '' .cache/rebar3/two '' erlang

# What uv installs goes where the startup of a shell looks, so it is no startup file here.
startup='.bashrc .config/seal-exec/config.toml'
tool uv ', install = true' .config/uv/uv.toml ".local/bin/one $uv" .config/uv/uv.toml ''

done_testing
