/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/renderer.h"

#include "trust/trust.h"

int bf_renderer_init(struct bf_renderer *ret, const struct bf_capability_set *can,
		     const struct bf_certificate *certificate, struct bf_error *reterr)
{
	struct bf_renderer renderer = {.can = *can};
	bf_capability_set_schemes(can, renderer.schemes);
	int err = certificate ? bf_trust_check(certificate, can, reterr) : BF_OK;
	if (!err && certificate)
		err = bf_trust_render(certificate, &renderer.preamble, reterr);
	if (err)
		bf_renderer_free(&renderer);
	else
		*ret = renderer;
	return err;
}

void bf_renderer_free(struct bf_renderer *renderer)
{
	bf_buffer_free(&renderer->preamble);
}

int bf_renderer_render(const struct bf_renderer *renderer, const struct bf_target *target,
		       struct bf_buffer *ret, struct bf_error *reterr)
{
	ret->size = 0;
	if (bf_buffer_append(ret, renderer->preamble.data, renderer->preamble.size))
		return bf_fail_nomem(reterr);
	int err = bf_target_render(target, renderer->schemes, ret, reterr);
	return err ? err
		   : bf_capability_set_check_body(&renderer->can, bf_buffer_view(ret),
						  reterr);
}
