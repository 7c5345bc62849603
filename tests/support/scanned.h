/* SPDX-License-Identifier: GPL-3.0-only */
/* What a scan finds, and the problem it notes. */
#ifndef TEST_SCANNED_H
#define TEST_SCANNED_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "inspect/scan.h"

/* What was found in bytes that end at a page nobody may touch. */
struct scanned {
	struct guard guard;
	struct bf_scan *scan;
};

static inline struct scanned look(const struct bf_buffer *image)
{
	struct scanned s = {.guard = guard_copy(image->data, image->size)};
	struct bf_source source = bf_source_view(bf_view(s.guard.data, image->size));
	assert_int_equal(bf_scan_new(&source, &s.scan), BF_OK);
	return s;
}

static inline void scanned_free(struct scanned *s)
{
	bf_scan_free(s->scan);
	guard_free(&s->guard);
}

/* The one problem there is, or that there is none. */
static inline void assert_problem(const struct bf_scan *scan, const char *sentence)
{
	if (scan->n_problems > (sentence ? 1u : 0u))
		fail_msg("%zu problems: '%s' '%s'", scan->n_problems,
			 scan->problems[0].text, scan->problems[1].text);
	if (!sentence)
		return;
	assert_int_equal(scan->n_problems, 1);
	if (!strstr(scan->problems[0].text, sentence))
		fail_msg("no '%s' in '%s'", sentence, scan->problems[0].text);
}

#endif
