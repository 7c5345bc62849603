/* SPDX-License-Identifier: GPL-3.0-only */
/* Saying on standard error what will be a surprise later. */
#ifndef BF_WARN_H
#define BF_WARN_H

#include "trust/certificate.h"

/* Of a certificate that images trust. url is what they boot, NULL where there are many. */
void bf_warn_of_certificate(const struct bf_certificate *certificate, const char *url);

#endif
