/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Any bytes get a report, at the price of no more work than was set aside for them, and
 * repointing them fails or finds slots.
 */
#include <stdlib.h>

#include "image/repoint.h"
#include "inspect/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_source source = bf_source_view(bf_view(data, size));
	static struct bf_bundle *bundle;
	struct bf_inspect *report = NULL;
	const struct bf_resign anyhow = {.is_unsigned = true};
	struct bf_repoint repoint;
	struct bf_error error;
	if (!bundle && bf_bundle_load(NULL, &bundle, &error))
		abort();
	if (bf_inspect_new(&source, &report) || bf_judge_boot_paths(report))
		abort();
	const struct bf_budget *budget = &report->scan->budget;
	if (budget->used > budget->limit ||
	    (budget->is_exhausted && !report->scan->is_partial))
		abort();
	bf_inspect_free(report);
	if (bf_repoint_open(&source, bundle, &repoint, &error) == BF_OK &&
	    bf_repoint_fill(&repoint, bf_view("shell\n", 6), &anyhow, &error) == BF_OK &&
	    repoint.n_sites == 0)
		abort();
	bf_repoint_free(&repoint);
	return 0;
}
