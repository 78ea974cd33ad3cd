/*
 * remedy: why a machine has no full sandbox, and what its owner can do. Pure: a diagnosis in, a
 * list out, so that each system is tested without being there.
 */
#ifndef SEAL_DOCTOR_REMEDY_H
#define SEAL_DOCTOR_REMEDY_H

#include "model/diagnosis.h"

/* Fills D->remedies: every cause that this machine shows for what is missing, the nearest first;
 * nothing where nothing is missing. */
void remedies_find(struct diagnosis *d, struct arena *arena);

#endif
