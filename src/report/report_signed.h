/* SPDX-License-Identifier: GPL-3.0-only */
/* The parts of both reports that are about signatures and Secure Boot. */
#ifndef BF_REPORT_SIGNED_H
#define BF_REPORT_SIGNED_H

#include "inspect/inspect.h"
#include "report/json.h"

/* Of a PE: its digest, signatures, generations, and what a shim starts. */
void bf_report_signed_json(struct bf_json *json, const struct bf_inspect *report,
			   const struct bf_inspect_program *program);
void bf_report_signed_text(const struct bf_inspect *report,
			   const struct bf_inspect_program *program);

/* Of a boot path: what a machine with Secure Boot does. */
void bf_report_secure_json(struct bf_json *json, const struct bf_boot_path *path);
void bf_report_secure_text(const struct bf_boot_path *path);

#endif
