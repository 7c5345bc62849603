/* SPDX-License-Identifier: GPL-3.0-only */
/* What one machine boots, over which network: settings by name, made into a script. */
#ifndef BF_TARGET_H
#define BF_TARGET_H

#include "script/network.h"

/* Zeroed, nothing is set yet. */
struct bf_target {
	struct bf_network network;
	char *url;               /* NULL when there is a script */
	struct bf_buffer script; /* the user's own, as the body of a slot */
};

/* Whether nothing is set. */
bool bf_target_is_empty(const struct bf_target *target);

/*
 * Set what a name stands for: "url", "script" (the text of one), or a setting that
 * bf_network_set() knows. BF_ERR_USAGE for an unknown name and a setting given twice; the
 * sentence about a value does not repeat the name.
 */
bf_must_check int bf_target_set(struct bf_target *target, const char *name,
				const char *value, struct bf_error *reterr);

/*
 * Set "script" to the text of a file ("-" is standard input), or say in the sentence what is
 * wrong with which file.
 */
bf_must_check int bf_target_read_script(struct bf_target *target, const char *path,
					struct bf_error *reterr);

/* The setting of this name, and the one it is surely mistyped for; else NULL. Case is ignored. */
const char *bf_target_find(const char *name);
const char *bf_target_slip(const char *name);

/*
 * Append to ret the body of a slot that boots the target, by an iPXE that can open these
 * schemes. BF_ERR_USAGE or BF_ERR_INPUT when the settings do not go together or the URL
 * does not suit.
 */
bf_must_check int bf_target_render(const struct bf_target *target, const char *schemes,
				   struct bf_buffer *ret, struct bf_error *reterr);

void bf_target_free(struct bf_target *target);

#endif
