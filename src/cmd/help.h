/* SPDX-License-Identifier: GPL-3.0-only */
/* The help texts, made from the tables of options and commands. */
#ifndef BF_HELP_H
#define BF_HELP_H

#include <stdio.h>

#include "cmd/command.h"

void bf_help_print(const struct bf_command *command, FILE *out);

#endif
