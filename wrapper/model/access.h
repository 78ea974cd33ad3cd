/*
 * access: what may be done beneath a path, as classes that the plan speaks of and inner turns into
 * the kernel's bits. A header of its own: inner includes nothing of the plan.
 */
#ifndef SEAL_MODEL_ACCESS_H
#define SEAL_MODEL_ACCESS_H

enum access_class {
	ACCESS_READ,   /* read, list, execute */
	ACCESS_WRITE,  /* everything */
	ACCESS_DEVICE, /* read, write, ioctl on devices; nothing created but in shm */
	ACCESS_PROC,   /* read, write existing files */
	ACCESS_LIST,   /* see the names, nothing else */
};

#endif
