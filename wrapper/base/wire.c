#include "base/wire.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

/* The length that stands for NULL. */
static const uint32_t WIRE_NULL = UINT32_MAX;

void wire_put_u32(struct strbuf *b, uint32_t n)
{
	strbuf_add(b, &n, sizeof n);
}

void wire_put_str(struct strbuf *b, const char *s)
{
	if (!s) {
		wire_put_u32(b, WIRE_NULL);
		return;
	}
	wire_put_u32(b, (uint32_t)strlen(s));
	strbuf_add(b, s, strlen(s) + 1);
}

uint32_t wire_get_u32(struct wire *w)
{
	uint32_t n;

	if (w->bad || (size_t)(w->end - w->at) < sizeof n) {
		w->bad = true;
		return 0;
	}
	memcpy(&n, w->at, sizeof n);
	w->at += sizeof n;
	return n;
}

const char *wire_get_str(struct wire *w)
{
	uint32_t len = wire_get_u32(w);
	const char *s = w->at;

	if (w->bad || len == WIRE_NULL)
		return NULL;
	if ((size_t)(w->end - w->at) <= len || s[len] != '\0' || memchr(s, '\0', len)) {
		w->bad = true;
		return NULL;
	}
	w->at += len + 1;
	return s;
}

int wire_memfd(const char *name, const void *bytes, size_t len)
{
	cleanup_fd int fd = memfd_create(name, MFD_ALLOW_SEALING);

	if (fd < 0 || !fd_write_all(fd, bytes, len) || lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -1;
	return fd_steal(&fd);
}
