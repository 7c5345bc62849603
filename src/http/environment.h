/* SPDX-License-Identifier: GPL-3.0-only */
/* What a service manager says in environment variables. */
#ifndef BF_ENVIRONMENT_H
#define BF_ENVIRONMENT_H

/* The number in a variable, -1 if there is none. */
long bf_environment_number(const char *variable);

#endif
