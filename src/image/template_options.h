/* SPDX-License-Identifier: GPL-3.0-only */
/* A template's options by name: what they accept is the same wherever they are given. */
#ifndef BF_TEMPLATE_OPTIONS_H
#define BF_TEMPLATE_OPTIONS_H

#include "image/template.h"

/*
 * What an image has that nobody asked anything special of. Its boot paths are open, for
 * bf_boot_paths_settle() to decide.
 */
struct bf_template_options bf_template_options_default(void);

/*
 * Set what a name stands for, replacing what it was:
 *     arch     names of architectures, with commas, or all
 *     label    the volume id, which must outlive the options
 *     layout   isohybrid, gpt, mbr or cd
 *     format   iso, efi, lkrn or esp
 *     script-room   for a script of so many bytes
 * BF_ERR_USAGE for an unknown name and for a value that cannot be; the sentence about a
 * value does not repeat the name.
 */
bf_must_check int bf_template_options_set(struct bf_template_options *options,
					  const char *name, const char *value,
					  struct bf_error *reterr);

/* The words that arch, layout and format take, by index from 0 to a NULL. */
const char *bf_template_options_arch(size_t index);
const char *bf_template_options_layout(size_t index);
const char *bf_template_options_format(size_t index);

#endif
