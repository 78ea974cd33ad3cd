#include "inner/orders.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "inner/say.h"
#include "inner/sys.h"

/* The bytes of the orders; they stay mapped until the exec. */
static struct wire map_orders(int fd)
{
	struct statx st = {0};
	struct wire w = {0};
	long at;

	if (SYS5(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, &st) != 0 || st.stx_size == 0)
		REFUSE(0, "the orders of this run are missing");
	at = SYS6(SYS_mmap, NULL, st.stx_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at < 0)
		REFUSE((int)-at, "the orders of this run cannot be read");
	w.at = (const char *)at;
	w.end = (const char *)(at + (long)st.stx_size);
	return w;
}

/* Room for N pointers, all NULL. */
static const char **map_pointers(size_t n)
{
	long at = SYS6(SYS_mmap, NULL, n * sizeof(char *), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at < 0)
		REFUSE((int)-at, "there is no memory for the command's arguments");
	return (const char **)at;
}

void orders_read(struct orders *o, int fd)
{
	struct wire w = map_orders(fd);
	const char **list, *rule;
	uint32_t i;

	wire_get(&w, &o->head, sizeof o->head);
	o->name = wire_get_str(&w);
	o->hint = wire_get_str(&w);
	o->cwd = wire_get_str(&w);
	/* A string takes a byte at least: a count that is too high asks for no memory. */
	if (w.bad || o->head.args == 0 ||
		(uint64_t)o->head.args + o->head.vars > (size_t)(w.end - w.at))
		REFUSE(0, "the orders of this run are damaged");
	list = map_pointers((size_t)o->head.args + o->head.vars + 2);
	o->argv = list;
	for (i = 0; i < o->head.args; i++)
		*list++ = wire_get_str(&w);
	o->envp = ++list;
	for (i = 0; i < o->head.vars; i++)
		*list++ = wire_get_str(&w);
	o->rules = w;
	for (i = 0; i < o->head.rules && !w.bad; i++) {
		rule = wire_get_str(&w);
		w.bad |= rule && !*rule;
	}
	for (i = 0; i < o->head.ports && !w.bad; i++)
		wire_get_str(&w);
	if (w.bad || w.at != w.end)
		REFUSE(0, "the orders of this run are damaged");
}
