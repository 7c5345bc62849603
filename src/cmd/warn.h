/* SPDX-License-Identifier: GPL-3.0-only */
/* Saying on standard error what will be a surprise later. */
#ifndef BF_WARN_H
#define BF_WARN_H

#include "image/maker.h"

/* Of a certificate that images trust. url is what they boot, NULL where there are many. */
void bf_warn_of_certificate(const struct bf_certificate *certificate, const char *url);

/* Of who signs, with the key of this file. */
void bf_warn_of_signer(const struct bf_signer *signer, const char *key_path);

/* Of both, and of shims, where there are such, of a maker made with these options. */
void bf_warn_of_maker(const struct bf_maker *maker,
		      const struct bf_maker_options *options, const char *url);

#endif
