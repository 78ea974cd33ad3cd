/*
 * syscalls PROFILE NAME OUT.c: the system call filters of a profile, made while building.
 *
 * Reads profiles/syscalls.toml (what runs inside) or profiles/keeper.toml (the keeper), compiles it
 * once for each architecture and writes the programs as const tables (model/syscall_filter.h), one
 * instruction a line with its meaning, so that what the kernel will run can be read. A run loads
 * the table that is for its machine: no profile is read, no library is asked, nothing can be
 * missing. What is wrong with the profile, a filter that is too long included, ends the build. A
 * profile that says debug = true somewhere makes two of each.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "gen/lib/syscall_profile.h"
#include "read/toml.h"

/* "jge #0x65, 12, 30": targets as line numbers, which is what a reader looks for. */
static void add_meaning(struct strbuf *out, const struct sock_filter *f, size_t at)
{
	size_t yes = at + 1 + f->jt, no = at + 1 + f->jf;

	switch (f->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		strbuf_addf(out, "ld [%u]", f->k);
		break;
	case BPF_ALU | BPF_AND | BPF_K:
		strbuf_addf(out, "and #0x%x", f->k);
		break;
	case BPF_JMP | BPF_JEQ | BPF_K:
		strbuf_addf(out, "jeq #0x%x, %zu, %zu", f->k, yes, no);
		break;
	case BPF_JMP | BPF_JGE | BPF_K:
		strbuf_addf(out, "jge #%u, %zu, %zu", f->k, yes, no);
		break;
	case BPF_JMP | BPF_JSET | BPF_K:
		strbuf_addf(out, "jset #0x%x, %zu, %zu", f->k, yes, no);
		break;
	default:
		strbuf_addf(out, "ret #0x%x", f->k);
	}
}

static void add_program(struct strbuf *out, const char *name, const struct filter_program *p)
{
	const struct sock_filter *f;
	size_t i;

	strbuf_addf(out, "\nstatic const struct sock_filter %s[%zu] = {\n", name, p->n);
	for (i = 0; i < p->n; i++) {
		f = &p->insns[i];
		strbuf_addf(out, "\t{0x%02x, %u, %u, 0x%08x}, /* %zu: ", f->code, f->jt, f->jf,
			f->k, i);
		add_meaning(out, f, i);
		strbuf_adds(out, " */\n");
	}
	strbuf_adds(out, "};\n");
}

/* The program for ARCH, and its row in TABLE. */
static void add_filter(struct strbuf *out, struct strbuf *table, const struct syscall_profile *p,
	const struct syscall_arch *arch, bool debug, struct arena *arena, struct diags *diags)
{
	struct filter_spec spec = syscall_profile_spec(p, arch, debug, arena);
	const char *name = arena_printf(arena, "%s%s", arch->name, debug ? "_debug" : "");
	struct place whole = {p->file, 0, 0};
	struct filter_program program;

	if (!filter_compile(&spec, arena, &program)) {
		diag_add(diags, whole, "the filter for %s takes %zu instructions, not %d", name,
			program.n, FILTER_MAX);
		return;
	}
	add_program(out, name, &program);
	strbuf_addf(table, "\t{\"%s\", 0x%08x, %s, %zu, %s},\n", arch->name, arch->audit, name,
		program.n, debug ? "true" : "false");
}

/* The programs for each architecture and the table of them all. */
static void add_filters(struct strbuf *out, const struct syscall_profile *p, const char *name,
	struct arena *arena, struct diags *diags)
{
	struct strbuf table = STRBUF_INIT;
	const struct syscall_arch *arch;

	strbuf_addf(out, "/* Made from %s by gen/syscalls; do not edit. */\n", p->file);
	strbuf_adds(out, "#include \"model/syscall_filter.h\"\n");
	for (arch = syscall_arches; arch < syscall_arches + SYSCALL_ARCHES; arch++) {
		add_filter(out, &table, p, arch, false, arena, diags);
		if (syscall_profile_debugs(p))
			add_filter(out, &table, p, arch, true, arena, diags);
	}
	strbuf_addf(out, "\nconst struct syscall_filter %s[] = {\n", name);
	strbuf_add(out, table.s, table.len);
	strbuf_adds(out, "\t{0},\n};\n");
	strbuf_release(&table);
}

/* The bytes of FILE in ARENA, or NULL with errno. */
static char *read_file(const char *file, struct arena *arena, size_t *len)
{
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(arena, TOML_MAX_BYTES + 1);
	ssize_t n;

	if (fd < 0 || (n = fd_read_all(fd, text, TOML_MAX_BYTES + 1)) < 0)
		return NULL;
	*len = (size_t)n;
	return text;
}

static bool write_file(const char *file, const struct strbuf *out)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return false;
	if (!fd_write_all(fd, out->s, out->len)) {
		close(fd);
		return false;
	}
	return close(fd) == 0;
}

static int complain(const char *file)
{
	fprintf(stderr, "syscalls: %s: %s\n", file, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct strbuf out = STRBUF_INIT, errors = STRBUF_INIT;
	struct syscall_profile profile;
	size_t len = 0;
	char *text;
	int status = 0;

	if (argc != 4) {
		fputs("usage: syscalls PROFILE NAME OUT.c\n", stderr);
		return 2;
	}
	if (!(text = read_file(argv[1], &arena, &len)))
		return complain(argv[1]);
	if (syscall_profile_read(argv[1], text, len, &arena, &diags, &profile))
		add_filters(&out, &profile, argv[2], &arena, &diags);
	if (diag_any(&diags)) {
		diag_render(&diags, &errors);
		fputs(errors.s, stderr);
		status = 1;
	} else if (!write_file(argv[3], &out)) {
		status = complain(argv[3]);
	}
	strbuf_release(&out);
	strbuf_release(&errors);
	arena_release(&arena);
	return status;
}
