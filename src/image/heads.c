/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/heads.h"

#include "base/cleanup.h"
#include "disk/iso_tree.h"
#include "image/contents.h"
#include "image/template_options.h"
#include "ipxe/loose.h"

static int add(struct bf_iso_heads *heads, const struct bf_parts *parts, unsigned archs,
	       struct bf_error *reterr)
{
	bf_cleanup(bf_contents_free) struct bf_contents contents = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer head = {0};
	struct bf_template_options options = bf_template_options_default();
	options.archs = archs;
	int err = bf_contents_gather(&contents, parts, &options, reterr);
	if (!err)
		err = bf_iso_tree_write(&contents.request, &head, reterr);
	return err ? err
		   : bf_iso_heads_add(heads, &contents.request, bf_buffer_view(&head),
				      reterr);
}

int bf_heads_add(struct bf_iso_heads *heads, const struct bf_bundle *bundle,
		 const struct bf_binaries *binaries, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer loose = {0};
	struct bf_parts parts = {.bundle = bundle, .binaries = binaries};
	unsigned present = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (binaries->of[arch].is_present)
			present |= 1u << arch;
	int err = bf_loose_make(BF_LOOSE_STEP, &loose, reterr);
	for (unsigned archs = 1; !err && archs <= present; archs++) {
		if (archs & ~present)
			continue;
		parts.loose = (struct bf_binary){0};
		err = add(heads, &parts, archs, reterr);
		parts.loose = (struct bf_binary){.is_present = true,
						 .bytes = bf_buffer_view(&loose),
						 .slot = {.size = BF_LOOSE_STEP}};
		if (!err)
			err = add(heads, &parts, archs, reterr);
	}
	return err;
}
