/* SPDX-License-Identifier: GPL-3.0-only */
/* Which certificate of a file is meant, and what to say where that is not plain. */
#ifndef BF_CHOICE_H
#define BF_CHOICE_H

#include "trust/container.h"

/*
 * The certificate with this number, from 1, or the only one for 0; it stays the container's.
 * Else BF_ERR_INPUT. The sentence says what the file holds instead of a certificate; or a
 * list of its certificates stands below it, a line each, and it says which one to give. name
 * is the file's.
 */
bf_must_check int bf_choice_pick(const struct bf_container *container, const char *name,
				 unsigned number, X509 **ret, struct bf_error *reterr);

#endif
