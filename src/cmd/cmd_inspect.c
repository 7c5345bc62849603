/* SPDX-License-Identifier: GPL-3.0-only */
#include <fcntl.h>

#include "base/source.h"
#include "cmd/arguments.h"
#include "inspect/judge.h"
#include "report/report.h"

int bf_cmd_inspect(struct bf_arguments *arguments, struct bf_error *reterr)
{
	const char *path = arguments->image;
	struct bf_source source;
	struct bf_inspect *report = NULL;
	if (!path)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "no FILE: inspect takes one file or device");
	int err = bf_source_open(path, O_RDONLY, &source, reterr);
	if (err)
		return err;
	err = bf_inspect_new(&source, &report);
	if (!err)
		err = bf_judge_boot_paths(report);
	if (err)
		err = bf_fail_nomem(reterr);
	else if (arguments->json)
		bf_report_json(path, report, stdout);
	else
		bf_report_text(path, report);
	bf_inspect_free(report);
	bf_source_close(&source);
	return err;
}
