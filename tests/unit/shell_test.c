/*
 * What `sh -c` strings come down to. This reader is no shell, and must know what it does not
 * know: a string with a substitution, a group, a function or a loop is unreadable as a whole,
 * because a command could hide in it.
 */
#include "base/strbuf.h"
#include "policy/shell.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Words in <>, commands one after the other with " / " between; NULL if unreadable. */
static const char *reading(struct arena *a, const char *text)
{
	struct commands out = {0};
	struct strbuf b = STRBUF_INIT;
	const char *all;
	size_t i, j;

	if (!shell_commands(text, a, &out))
		return out.n ? "unreadable, and something was appended" : NULL;
	for (i = 0; i < out.n; i++) {
		strbuf_adds(&b, i ? " / " : "");
		for (j = 0; j < out.v[i].n; j++)
			strbuf_addf(&b, "<%s>", out.v[i].v[j]);
	}
	all = arena_strdup(a, b.s ? b.s : "");
	strbuf_release(&b);
	return all;
}

static const char *const readable[][2] = {
	{"", ""},
	{"  \t ", ""},
	{"# cargo build", ""},
	{"cargo", "<cargo>"},
	{"  cargo\tbuild  ", "<cargo><build>"},
	/* Lists and pipes */
	{"cd x && cargo build", "<cd><x> / <cargo><build>"},
	{"a||b", "<a> / <b>"},
	{"a|b|&c", "<a> / <b> / <c>"},
	{"a;b ; c", "<a> / <b> / <c>"},
	{"a&b & c&", "<a> / <b> / <c>"},
	{"a\nb\n\n c\n", "<a> / <b> / <c>"},
	{"a&&\nb", "<a> / <b>"},
	/* Quotes */
	{"'cargo' \"build\"", "<cargo><build>"},
	{"c'ar'g\"o\"", "<cargo>"},
	{"echo 'a b' \"c d\"", "<echo><a b><c d>"},
	{"echo ''", "<echo><>"},
	{"echo \"\" x", "<echo><><x>"},
	{"echo 'a\"b' \"a'b\"", "<echo><a\"b><a'b>"},
	{"echo 'a;b|c&d`e`$(f)'", "<echo><a;b|c&d`e`$(f)>"},
	{"echo \"a;b|c&d>e\"", "<echo><a;b|c&d>e>"},
	{"echo \"\\\"\\$\\`\\\\\\n\"", "<echo><\"$`\\\\n>"},
	{"echo '\\'", "<echo><\\>"},
	{"echo a\\ b \\; \\$x \\'", "<echo><a b><;><$x><'>"},
	{"\\cargo build", "<cargo><build>"},
	{"echo \\# '#' a#b", "<echo><#><#><a#b>"},
	{"cargo build # && npm i", "<cargo><build>"},
	{"cargo;# npm\nrustc", "<cargo> / <rustc>"},
	/* Line continuations */
	{"cargo \\\n build", "<cargo><build>"},
	{"car\\\ngo build", "<cargo><build>"},
	{"echo \"a\\\nb\"", "<echo><ab>"},
	{"true && \\\nA=1 cargo build", "<true> / <cargo><build>"},
	/* Assignments */
	{"A=1 cargo build", "<cargo><build>"},
	{"A=1 B='x y' C=\"$D\" cargo", "<cargo>"},
	{"A=1", ""},
	{"A= cargo", "<cargo>"},
	{"A=1; cargo", "<cargo>"},
	{"cargo A=1", "<cargo><A=1>"},
	{"1A=1 cargo", "<1A=1><cargo>"},
	{"A-B=1 cargo", "<A-B=1><cargo>"},
	{"\\A=1 cargo", "<A=1><cargo>"},
	/* Redirections */
	{"cargo build > out.txt 2>&1", "<cargo><build>"},
	{"cargo build>out.txt", "<cargo><build>"},
	{"cargo <in >>out", "<cargo>"},
	{"cargo >| out", "<cargo>"},
	{"cargo &>log", "<cargo>"},
	{"cargo &>>log x", "<cargo><x>"},
	{"cargo <>f", "<cargo>"},
	{">out cargo build", "<cargo><build>"},
	{"2>/dev/null cargo", "<cargo>"},
	{"cargo 2 >f", "<cargo><2>"},
	{"cargo x2>f", "<cargo><x2>"},
	{"cargo '2'>f", "<cargo><2>"},
	{"cargo 2>&- >&2", "<cargo>"},
	{"cargo > 'npm i'", "<cargo>"},
	{"cargo > $OUT && npm", "<cargo> / <npm>"},
	/* Words of unknown text are no commands, but may be arguments */
	{"cargo $FLAGS *.rs ~/x a[b] ?", "<cargo><$FLAGS><*.rs><~/x><a[b]><?>"},
	{"cargo \"$FLAGS\"", "<cargo><$FLAGS>"},
	/* Words that are reserved at the start of a command only */
	{"echo if then do done { } !", "<echo><if><then><do><done><{><}><!>"},
	{"'if' x", "<if><x>"},
	{"iffy; done_with; evaluate", "<iffy> / <done_with> / <evaluate>"},
	{"[ -f x ] && cargo build", "<[><-f><x><]> / <cargo><build>"},
};

static void test_readable(void)
{
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < COUNT(readable); i++)
		is_str(reading(&a, readable[i][0]), readable[i][1], "%s", readable[i][0]);
	arena_release(&a);
}

static const char *const unreadable[] = {
	/* Substitutions */
	"$(cargo build)",
	"echo $(cargo build)",
	"echo a$(x)",
	"echo `cargo`",
	"`cargo`",
	"echo \"`cargo`\"",
	"echo \"$(cargo)\"",
	"echo \"$`cargo`\"",
	"echo ${X}",
	"echo ${X:-$(y)}",
	"echo \"${X}\"",
	"echo $((1+1))",
	"echo $[1+1]",
	"echo $'\\x24(x)'",
	"echo $\"x\"",
	"A=$(x) cargo",
	"A=`x` cargo",
	"A=${X} cargo",
	"cargo > $(x)",
	"cargo > `x`",
	"cat <(cargo)",
	"tee >(cargo)",
	/* Here documents */
	"cat <<EOF\n$(x)\nEOF\n",
	"cat <<-EOF\nx\nEOF\n",
	"cat 0<<EOF",
	"cat <<<x",
	/* Groups, functions, loops, conditions */
	"(cargo build)",
	"true && (cargo)",
	"{ cargo build; }",
	"f() { cargo; }; f",
	"function f { cargo; }",
	"A=(1 2) cargo",
	"if true; then cargo; fi",
	"true; then",
	"for i in a; do cargo; done",
	"while cargo; do x; done",
	"until cargo; do x; done",
	"case x in y) cargo;; esac",
	"select x in y; do z; done",
	"cargo;;npm",
	"! cargo",
	"[[ -f x ]] && cargo",
	"coproc cargo",
	"A=1 if",
	/* What runs text */
	"eval cargo",
	"eval \"$X\"",
	". ./x",
	"source x",
	"trap 'cargo' EXIT",
	"alias cargo=npm",
	"A=1 eval cargo",
	"true\neval x",
	"true && \\\neval x",
	"\\\nif true; then cargo; fi",
	/* The command itself is not literal */
	"$CMD build",
	"$HOME/bin/cargo",
	"\"$CMD\" build",
	"~/bin/cargo",
	"car?o build",
	"/usr/bin/c*",
	"A=1 $CMD",
	"x && $CMD",
	"c[a]rgo",
	/* Cut off */
	"echo 'a",
	"echo \"a",
	"echo \"a\\",
	"echo \"a\\\"",
	"cargo \\",
	"cargo >",
	"cargo > ; npm",
	"cargo > > x",
	"cargo > && npm",
	"'",
	"\"",
	"\\",
	")",
};

static void test_unreadable(void)
{
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < COUNT(unreadable); i++)
		is_str(reading(&a, unreadable[i]), NULL, "unreadable: %s", unreadable[i]);
	arena_release(&a);
}

/* An unreadable string leaves what was read before it, and adds nothing of its own. */
static void test_appends(void)
{
	struct arena a = ARENA_INIT;
	struct commands out = {0};

	ok(shell_commands("a; b", &a, &out) && out.n == 2, "two commands");
	ok(!shell_commands("c; d; $(e)", &a, &out) && out.n == 2, "nothing of an unreadable one");
	ok(shell_commands("c", &a, &out) && out.n == 3 && strcmp(out.v[2].v[0], "c") == 0 &&
			out.v[2].n == 1 && out.v[2].v[1] == NULL,
		"and the next goes behind them");
	arena_release(&a);
}

int main(void)
{
	test_readable();
	test_unreadable();
	test_appends();
	return done_testing();
}
