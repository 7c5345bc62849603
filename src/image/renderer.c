/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/renderer.h"

#include "base/cleanup.h"
#include "ipxe/loose.h"
#include "ipxe/slot.h"
#include "trust/trust.h"

int bf_renderer_init(struct bf_renderer *ret, const struct bf_capability_set *can,
		     const struct bf_certificate *certificate, struct bf_error *reterr)
{
	struct bf_renderer renderer = {.can = *can, .advice = ""};
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

void bf_renderer_settle(struct bf_renderer *renderer, uint32_t loose_size)
{
	renderer->is_open = false;
	renderer->loose_size = loose_size;
	for (enum bf_arch arch = 0; loose_size && arch < BF_ARCH_COUNT; arch++)
		renderer->can.of[arch].slot_size = loose_size;
}

static int add_script(const struct bf_renderer *renderer, const struct bf_target *target,
		      struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_view preamble = bf_buffer_view(&renderer->preamble);
	if (bf_buffer_append(ret, preamble.data, preamble.size))
		return bf_fail_nomem(reterr);
	return bf_target_render(target, renderer->schemes, ret, reterr);
}

/* Is it what the sealed iPXE was signed with? */
static int check_sealed(const struct bf_renderer *renderer,
			const struct bf_target *target, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	int err = add_script(renderer, target, &script, reterr);
	if (!err &&
	    !bf_slot_is_same_body(bf_buffer_view(&script), renderer->sealed_script))
		err = bf_fail(
			reterr, BF_ERR_SIGNED,
			"the signed iPXE has another script in its slot, which stays: "
			"give no URL and no other option for the script, or those it "
			"was made with; another script would have to be a file, "
			"autoexec.ipxe, for which iPXE is signed without one");
	return err;
}

static int compose(const struct bf_renderer *renderer, const struct bf_target *target,
		   bool is_loose, struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_view first = is_loose ? bf_loose_preamble() : bf_view(NULL, 0);
	ret->size = 0;
	if (bf_buffer_append(ret, first.data, first.size))
		return bf_fail_nomem(reterr);
	if (!renderer->sealed_script.size)
		return add_script(renderer, target, ret, reterr);
	if (!bf_target_is_empty(target)) {
		int err = check_sealed(renderer, target, reterr);
		if (err)
			return err;
	}
	/* With its own preamble. */
	return bf_buffer_append(ret, renderer->sealed_script.data,
				renderer->sealed_script.size)
		       ? bf_fail_nomem(reterr)
		       : BF_OK;
}

static int check_slots(const struct bf_renderer *renderer, size_t size,
		       struct bf_error *reterr)
{
	struct bf_error error;
	int err = bf_capability_set_check_body(&renderer->can, size, &error);
	return err ? bf_fail(reterr, err, "%s%s", error.text, renderer->advice) : BF_OK;
}

static int check_loose(const struct bf_renderer *renderer, size_t size,
		       struct bf_error *reterr)
{
	size_t capacity = bf_slot_capacity(renderer->loose_size);
	if (size > capacity)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the script is %zu bytes, the file for it takes %zu%s",
			       size, capacity, renderer->advice);
	return BF_OK;
}

int bf_renderer_render(const struct bf_renderer *renderer, const struct bf_target *target,
		       struct bf_buffer *ret, struct bf_error *reterr)
{
	bool is_loose = renderer->loose_size && !renderer->is_open;
	int err = compose(renderer, target, is_loose, ret, reterr);
	if (err)
		return err;
	if (is_loose)
		err = check_loose(renderer, ret->size, reterr);
	if (!err)
		err = check_slots(renderer, ret->size, reterr);
	if (!err || !renderer->loose_size || !renderer->is_open)
		return err;
	/* What the slots do not take has the image laid out with a loose one. */
	err = compose(renderer, target, true, ret, reterr);
	return err ? err : check_loose(renderer, ret->size, reterr);
}
