/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * An amount of work, set aside once for something that comes from outside and drawn from by
 * all who work on it: what the whole costs is bounded then, however its parts lead to each
 * other. A unit is what reading a byte costs, about a nanosecond.
 */
#ifndef BF_BUDGET_H
#define BF_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct bf_budget {
	uint64_t limit;
	uint64_t used;     /* never more than limit */
	bool is_exhausted; /* a draw was refused, and so are all that follow */
};

static inline struct bf_budget bf_budget(uint64_t limit)
{
	return (struct bf_budget){.limit = limit};
}

/* Before the work is done. BF_ERR_WORK when there is too little left; NULL has no end. */
bf_must_check int bf_budget_draw(struct bf_budget *budget, uint64_t amount,
				 struct bf_error *reterr);

/* It was less work than was drawn: put some back. */
void bf_budget_put_back(struct bf_budget *budget, uint64_t amount);

#endif
