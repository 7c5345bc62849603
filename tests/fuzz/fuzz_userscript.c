/* SPDX-License-Identifier: GPL-3.0-only */
/* A script of the user's: what is taken fits in a slot, from which it comes out again. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ipxe/slot.h"
#include "script/userscript.h"

/* ASCII in lines that end with a newline, and once it is so it stays as it is. */
static void check_body(struct bf_view body)
{
	struct bf_buffer script = {0}, again = {0};
	fuzz_require(body.size && body.data[body.size - 1] == '\n');
	for (size_t i = 0; i < body.size; i++)
		fuzz_require(body.data[i] && body.data[i] < 0x80 && body.data[i] != '\r');
	fuzz_require(!bf_slot_print_script(&script, body));
	fuzz_require(!bf_userscript_convert(bf_buffer_view(&script), &again, NULL));
	fuzz_check_same(body, bf_buffer_view(&again));
	bf_buffer_free(&script);
	bf_buffer_free(&again);
}

/* Nothing in it is taken for a slot of its own, and only empty lines at its end are lost. */
static void check_slot(struct bf_view body)
{
	uint8_t bytes[BF_SLOT_SIZE];
	struct bf_slot slot;
	struct bf_error error = {""};
	int err = fuzz_try(bf_slot_format(bytes, sizeof(bytes), 0, body, &error), &error);
	fuzz_require(!err == (body.size <= bf_slot_capacity(sizeof(bytes))));
	if (err)
		return;
	fuzz_require(!fuzz_try(bf_slot_find(bf_view(bytes, sizeof(bytes)), &slot, &error),
			       &error));
	fuzz_require(slot.offset == 0 && slot.size == sizeof(bytes));
	struct bf_view found = bf_slot_body(bf_view(bytes, sizeof(bytes)));
	fuzz_require(found.size <= body.size);
	for (size_t i = found.size; i < body.size; i++)
		fuzz_require(body.data[i] == '\n');
	fuzz_check_same(bf_view(body.data, found.size), found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_buffer body = {0};
	struct bf_error error = {""};
	int err = fuzz_try(bf_userscript_convert(bf_view(data, size), &body, &error),
			   &error);
	if (!err) {
		check_body(bf_buffer_view(&body));
		check_slot(bf_buffer_view(&body));
	}
	bf_buffer_free(&body);
	return 0;
}
