/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Making scripts that suit an image: the iPXE in it can open the URL, there is room for them,
 * and each starts with what the image's certificate, and a loose slot, need.
 */
#ifndef BF_RENDERER_H
#define BF_RENDERER_H

#include "ipxe/capabilities.h"
#include "script/target.h"
#include "trust/certificate.h"

/* A zeroed struct is freed like any other. It is only read: threads may share it. */
struct bf_renderer {
	struct bf_capability_set can;
	char schemes[BF_WORD_LIST_SIZE]; /* that every iPXE in the image can open */
	struct bf_buffer preamble; /* what the certificate has each script start with */
	/*
	 * The one script that the image can have, since a sealed iPXE (image/sealed.h) has it in
	 * its slot; empty for any. It belongs to that iPXE.
	 */
	struct bf_view sealed_script;
	/*
	 * The size of the loose slot, into which every script goes, 0 for none. As long as the
	 * image is not laid out (is_open) there may be one, which only those go into that the
	 * slots of the iPXEs do not take.
	 */
	uint32_t loose_size;
	bool is_open;
	const char *advice; /* what ends the sentence about a script that is too large */
};

/*
 * certificate is what the image trusts, NULL for iPXE's own root. BF_ERR_UNSUPPORTED when one
 * of the iPXEs cannot read it.
 */
bf_must_check int bf_renderer_init(struct bf_renderer *ret,
				   const struct bf_capability_set *can,
				   const struct bf_certificate *certificate,
				   struct bf_error *reterr);
void bf_renderer_free(struct bf_renderer *renderer);

/*
 * The image is laid out: with a loose slot of this size, which the slots of all its iPXEs lead
 * to, or 0.
 */
void bf_renderer_settle(struct bf_renderer *renderer, uint32_t loose_size);

/*
 * Make ret the script that boots the target, the body of a slot. BF_ERR_USAGE or BF_ERR_INPUT
 * when the settings do not go together or the URL does not suit, BF_ERR_TOO_BIG, naming both
 * sizes, when there is no room for it. Where there is a sealed script an empty target is for
 * that, and another one than that is BF_ERR_SIGNED.
 */
bf_must_check int bf_renderer_render(const struct bf_renderer *renderer,
				     const struct bf_target *target,
				     struct bf_buffer *ret, struct bf_error *reterr);

#endif
