#!/bin/bash
# limit: 90
# Java and Maven under their bundles, as an ordinary user. Maven takes a plugin from a folder of the
# project that plays the repository; the plugin tries what a build must not do.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in javac mvn; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
maven=$(mvn --version | sed -n 's/^Maven home: //p')
api=$(find "$maven/lib/" -name 'maven-plugin-api*.jar' | head -n 1)

# --- Java: what it needs of /etc, certificates too where there is a network ---------------------------

cat >Spy.java <<END
public class Spy {
	public static void main(String[] a) throws Exception {
		System.out.println("canary " + new java.io.File("$T/canary/secret").exists());
		if (a.length > 0) System.out.println(javax.net.ssl.SSLContext.getDefault().getProtocol());
	}
}
END
printf '[sandbox.os]\ncommand_tools = ["java"]\n' | manifest
run "$seal" -- javac -d . Spy.java
exits 0 "javac"
is "$(java -cp . Spy)" "canary true" "... makes a program that runs outside"
run "$seal" -- java -cp . Spy
is "$out" "canary false" "... and inside, where it sees less"
printf '[sandbox.os]\ncommand_tools = ["java"]\n[sandbox.os.network]\ndomains = ["a.example"]\n' | manifest
run "$seal" -- java -cp . Spy tls
is "$out" "canary false
Default" "Java with a network has its certificates"

# --- Maven ------------------------------------------------------------------------------------------

# Maven adds this one to each plugin.
empty=repo/org/codehaus/plexus/plexus-utils/1.1
mkdir -p $empty none
jar --create --file $empty/plexus-utils-1.1.jar -C none . || exit 1
cat >$empty/plexus-utils-1.1.pom <<'END'
<project><modelVersion>4.0.0</modelVersion><groupId>org.codehaus.plexus</groupId>
<artifactId>plexus-utils</artifactId><version>1.1</version></project>
END

# The plugin: it writes into the project, and tries to plant a setting and a file in the cache.
mkdir -p plugin/META-INF/maven plugin/spy
cat >plugin/spy/SpyMojo.java <<END
package spy;

import java.io.File;
import java.nio.file.*;

public class SpyMojo extends org.apache.maven.plugin.AbstractMojo {
	static void put(File f) {
		try { Files.write(f.toPath(), "<!-- planted -->".getBytes()); } catch (Exception e) { }
	}

	public void execute() {
		File home = new File(System.getProperty("user.home"), ".m2");
		System.out.println("canary " + new File("$T/canary/secret").exists());
		put(new File("made"));
		put(new File(home, "settings.xml"));
		put(new File(home, "repository/planted"));
	}
}
END
(cd plugin && javac -cp "$api" spy/SpyMojo.java) || exit 1

# publish VERSION: that plugin, as a repository has it.
publish()
{
	at=repo/example/spy-maven-plugin/$1
	mkdir -p "$at"
	cat >plugin/META-INF/maven/plugin.xml <<END
<plugin><groupId>example</groupId><artifactId>spy-maven-plugin</artifactId><version>$1</version>
<goalPrefix>spy</goalPrefix><mojos><mojo><goal>spy</goal><implementation>spy.SpyMojo</implementation>
<language>java</language><instantiationStrategy>per-lookup</instantiationStrategy></mojo></mojos></plugin>
END
	jar --create --file "$at/spy-maven-plugin-$1.jar" -C plugin . || exit 1
	cat >"$at/spy-maven-plugin-$1.pom" <<END
<project><modelVersion>4.0.0</modelVersion><groupId>example</groupId>
<artifactId>spy-maven-plugin</artifactId><version>$1</version><packaging>maven-plugin</packaging></project>
END
	# Central is that folder: nothing else is asked.
	cat >pom.xml <<END
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>example</groupId><artifactId>app</artifactId><version>1</version><packaging>pom</packaging>
<pluginRepositories><pluginRepository><id>central</id><url>file://$T/proj/repo</url></pluginRepository></pluginRepositories>
<build><plugins><plugin><groupId>example</groupId><artifactId>spy-maven-plugin</artifactId><version>$1</version>
<executions><execution><phase>validate</phase><goals><goal>spy</goal></goals></execution></executions>
</plugin></plugins></build></project>
END
}

settings='<settings/>'
mkdir ~/.m2
echo "$settings" >~/.m2/settings.xml
# Its JVM asks the system where the home is, not HOME.
export MAVEN_OPTS="-Duser.home=$HOME -Dstyle.color=never -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
printf '[sandbox.os]\ncommand_tools = ["maven"]\n' | manifest
run "$seal" -- mvn --version
like "$out" 'Apache Maven' "mvn --version"
publish 1
run "$seal" -- mvn -q -B validate
exits 0 "mvn validate, with a plugin from a repository"
like "$out" 'canary false' "... that does not see the canary"
[ -e made ]
ok $? "... and writes in the project"
[ -e ~/.m2/repository/example/spy-maven-plugin/1/spy-maven-plugin-1.jar ] && [ -e ~/.m2/repository/planted ]
ok $? "[CC-05] ... and in ~/.m2/repository, which is shared: a non-promise"
is "$(cat ~/.m2/settings.xml)" "$settings" "... but not the user's settings"

printf '[sandbox.os]\ncommand_tools = [{ tool = "maven", fetch = false }]\n' | manifest
rm -f ~/.m2/repository/planted made
before=$(find ~/.m2 | sort)
run "$seal" -- mvn -q -B validate
exits 0 "[CC-05] fetch = false: mvn takes the plugin that is there"
like "$out" 'canary false' "... which runs"
publish 2
run "$seal" -- mvn -q -B validate
[ "$status" != 0 ]
ok $? "[CC-05] ... and can add none (status $status)"
is "$(find ~/.m2 | sort)" "$before" "[CC-05] ... and the cache has not changed"
run mvn -q -B validate
like "$out" 'canary true' "control: outside it can, and sees the canary"
is "$(cat ~/.m2/settings.xml)" "<!-- planted -->" "... and plants a setting"

done_testing
