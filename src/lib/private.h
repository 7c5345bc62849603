/* SPDX-License-Identifier: GPL-3.0-only */
/* What the library's objects are made of. */
#ifndef BF_LIB_PRIVATE_H
#define BF_LIB_PRIVATE_H

#include "image/image.h"
#include "lib/boots-from.h"
#include "script/target.h"

/* The options that are text are our own copies. */
struct bf_boot_options {
	struct bf_maker_options made_from;
	char *label, *prebuilt, *trust;
	char *sign_key, *sign_cert, *sign_passphrase;
	char *ipxe[BF_MAKER_IPXE_MAX]; /* as many as made_from has */
};

struct bf_boot_template {
	struct bf_maker maker;
};

struct bf_boot_target {
	struct bf_target settings;
};

/* How a public function ends: hand the sentence over when err is one. Returns err. */
int bf_lib_report(int err, const struct bf_error *error, struct bf_boot_error *reterr);

#endif
