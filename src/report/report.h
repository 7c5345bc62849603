/* SPDX-License-Identifier: GPL-3.0-only */
/* An inspection's report, for people and for programs. */
#ifndef BF_REPORT_H
#define BF_REPORT_H

#include <stdio.h>

#include "inspect/inspect.h"

/* On standard output. */
void bf_report_text(const char *path, const struct bf_inspect *report);

/* The same facts as JSON; boots-from(1) documents its members. */
void bf_report_json(const char *path, const struct bf_inspect *report, FILE *out);

#endif
