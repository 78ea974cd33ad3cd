/*
 * usage: how much is in a folder.
 */
#ifndef SEAL_HOST_USAGE_H
#define SEAL_HOST_USAGE_H

/* The bytes of all files in PATH, links not followed; 0 if there is none. */
unsigned long long host_usage(const char *path);

#endif
