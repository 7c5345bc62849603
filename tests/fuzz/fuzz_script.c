/* SPDX-License-Identifier: GPL-3.0-only */
/* Settings of a machine, a line each, "ip=192.0.2.5/24", and the script they make. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "image/renderer.h"
#include "ipxe/slot.h"
#include "script/url.h"

static const struct bf_capability_set can = {
	.archs = 1u << BF_ARCH_BIOS,
	.of[BF_ARCH_BIOS] = {.schemes = "aoe,ftp,http,https,iscsi,nfs,tftp",
			     .slot_size = BF_SLOT_SIZE},
};

/* False when one of them is refused. */
static bool set(struct bf_target *target, char *text)
{
	struct bf_error error = {""};
	int err = BF_OK;
	while (text && !err) {
		char *value = fuzz_take_line(&text);
		const char *name = strsep(&value, "=");
		err = fuzz_try(bf_target_set(target, name, value ? value : "", &error),
			       &error);
	}
	return !err;
}

static size_t count_lines(const struct bf_buffer *script)
{
	size_t n = 0;
	for (size_t i = 0; i < script->size; i++)
		n += script->data[i] == '\n';
	return n;
}

/* Nothing in a URL adds a line or takes one away. */
static void check_lines(const struct bf_renderer *renderer,
			const struct bf_target *target, const struct bf_buffer *script)
{
	struct bf_target plain = *target;
	struct bf_buffer wanted = {0};
	char san[] = "iscsi:192.0.2.1::::a", file[] = "http://192.0.2.1/";
	plain.url = bf_url_is_san(target->url) ? san : file;
	fuzz_require(!bf_renderer_render(renderer, &plain, &wanted, NULL));
	fuzz_require(count_lines(script) == count_lines(&wanted));
	bf_buffer_free(&wanted);
}

static void render(const struct bf_target *target)
{
	struct bf_renderer renderer = {0};
	struct bf_buffer script = {0}, again = {0};
	struct bf_error error = {""};
	fuzz_require(!bf_renderer_init(&renderer, &can, NULL, NULL));
	int err =
		fuzz_try(bf_renderer_render(&renderer, target, &script, &error), &error);
	if (!err && !target->script.size) {
		fuzz_require(script.size <= bf_slot_capacity(BF_SLOT_SIZE));
		fuzz_check_script(bf_buffer_view(&script));
		fuzz_require(!bf_renderer_render(&renderer, target, &again, NULL));
		fuzz_check_same(bf_buffer_view(&script), bf_buffer_view(&again));
		check_lines(&renderer, target, &script);
	}
	bf_buffer_free(&script);
	bf_buffer_free(&again);
	bf_renderer_free(&renderer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct bf_target target = {0};
	if (set(&target, text))
		render(&target);
	bf_target_free(&target);
	free(text);
	return 0;
}
