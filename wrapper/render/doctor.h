/*
 * doctor: a diagnosis for people, and for programs.
 */
#ifndef SEAL_RENDER_DOCTOR_H
#define SEAL_RENDER_DOCTOR_H

#include "base/strbuf.h"
#include "model/diagnosis.h"

void render_doctor(const struct diagnosis *d, struct strbuf *out);
void render_doctor_json(const struct diagnosis *d, struct strbuf *out);

#endif
