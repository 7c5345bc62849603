/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A link's token, a line, and behind it the settings of one that we sign: no text is taken
 * that we did not make, and whatever we sign comes back as it was and is read without harm.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "link/link.h"

static char secret[] = "0123456789abcdef0123456789abcdef";

static const struct bf_secrets secrets = {
	.items = {{.data = (uint8_t *)secret, .size = sizeof(secret) - 1}}, .n = 1};

/* It has no MAC but by guessing 128 bits. */
static void judge_foreign(const char *text)
{
	struct bf_token_bytes bytes;
	struct bf_token token;
	fuzz_require(!bf_token_judge(&secrets, text, "web1", 0, &bytes, &token));
}

static void read_settings(struct bf_view settings)
{
	struct bf_target target = {0};
	struct bf_error error = {""};
	(void)fuzz_try(bf_link_target(settings, &target, &error), &error);
	bf_target_free(&target);
}

static void sign(struct bf_view settings)
{
	struct bf_token_bytes bytes;
	struct bf_token token = {.expires = 1, .settings = settings}, back;
	struct bf_buffer text = {0};
	int err =
		bf_token_print(bf_buffer_view(&secrets.items[0]), &token, "web1", &text);
	fuzz_require(!err == (settings.size <= BF_TOKEN_SETTINGS_MAX));
	if (!err) {
		fuzz_require(!bf_buffer_append(&text, "", 1));
		fuzz_require(bf_token_judge(&secrets, (char *)text.data, "web1", 0,
					    &bytes, &back));
		fuzz_check_same(settings, back.settings);
		fuzz_require(!bf_token_judge(&secrets, (char *)text.data, "web1", 1,
					     &bytes, &back));
		fuzz_require(!bf_token_judge(&secrets, (char *)text.data, "web2", 0,
					     &bytes, &back));
	}
	bf_buffer_free(&text);
	read_settings(settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	const char *token = fuzz_take_line(&rest);
	size_t used = token ? strlen(token) + 1 : 0;
	if (token)
		judge_foreign(token);
	if (used < size)
		sign(bf_view(data + used, size - used));
	free(text);
	return 0;
}
