/* SPDX-License-Identifier: GPL-3.0-only */
/* Asking a person for the passphrase of a key. */
#ifndef BF_ASK_PASSPHRASE_H
#define BF_ASK_PASSPHRASE_H

#include "sign/key.h"

/*
 * Asks on the terminal, /dev/tty, without echo. Where there is none, and when the person ends
 * it, it fails with BF_ERR_INPUT.
 */
extern const struct bf_passphrase bf_ask_passphrase;

#endif
