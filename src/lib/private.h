/* SPDX-License-Identifier: GPL-3.0-only */
/* What the library's objects are made of. */
#ifndef BF_LIB_PRIVATE_H
#define BF_LIB_PRIVATE_H

#include "image/image.h"
#include "lib/boots-from.h"
#include "script/target.h"

/* What was set is kept as copies of our own, until the end: options may lead to any of them. */
struct bf_boot_options {
	struct bf_maker_options made_from;
	char **texts;
	size_t n_texts;
};

struct bf_boot_template {
	struct bf_maker maker;
};

struct bf_boot_target {
	struct bf_target settings;
	struct bf_buffer texts; /* "name=value" of each, with a NUL */
};

/* How a public function ends: hand the sentence over when err is one. Returns err. */
int bf_lib_report(int err, const struct bf_error *error, struct bf_boot_error *reterr);

#endif
