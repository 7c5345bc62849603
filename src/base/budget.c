/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/budget.h"

int bf_budget_draw(struct bf_budget *budget, uint64_t amount, struct bf_error *reterr)
{
	if (!budget)
		return BF_OK;
	if (budget->is_exhausted || amount > budget->limit - budget->used) {
		budget->is_exhausted = true;
		return bf_fail(reterr, BF_ERR_WORK,
			       "not looked at from here on: it asks for more work than "
			       "any file of its size should");
	}
	budget->used += amount;
	return BF_OK;
}

void bf_budget_put_back(struct bf_budget *budget, uint64_t amount)
{
	if (budget)
		budget->used -= amount < budget->used ? amount : budget->used;
}
