/* What the library's objects are made of. */
#ifndef BF_LIB_PRIVATE_H
#define BF_LIB_PRIVATE_H

#include "image/target.h"
#include "image/template_options.h"
#include "lib/boots-from.h"

struct bf_boot_options {
	struct bf_template_options layout;
	char *label;  /* what layout points to, unless it is the default */
	char *folder; /* of the bundle, NULL for the one inside */
};

struct bf_boot_template {
	struct bf_bundle *bundle; /* the layout's pieces lead to its bytes */
	struct bf_template layout;
	char schemes[BF_IPXE_SCHEMES_SIZE];
};

struct bf_boot_target {
	struct bf_target settings;
};

/* The script for a target: what the slots of the template are to hold. */
int bf_lib_render(const struct bf_boot_template *boot_template,
		  const struct bf_boot_target *target, struct bf_buffer *ret,
		  struct bf_error *reterr);

/* How a public function ends: hand the sentence over when err is one. Returns err. */
int bf_lib_report(int err, const struct bf_error *error, struct bf_boot_error *reterr);

#endif
