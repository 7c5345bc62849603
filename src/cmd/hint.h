/* SPDX-License-Identifier: GPL-3.0-only */
/* What people mean who give something else than a URL. */
#ifndef BF_HINT_H
#define BF_HINT_H

#include "base/error.h"

/* The command whose name is closest to the word, NULL when none is close. */
const char *bf_hint_command(const char *word);

/*
 * BF_ERR_USAGE, with what to type instead, for a word that is no URL but a file, a device,
 * almost the name of a command, or like one.
 */
bf_must_check int bf_hint_check(const char *word, struct bf_error *reterr);

#endif
