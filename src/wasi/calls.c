/* SPDX-License-Identifier: GPL-3.0-only */
#include "wasi/calls.h"

#include <stdlib.h>
#include <string.h>

#include "wasi/files.h"

struct bf_buffer bf_said;

int bf_calls_finish(int err, const struct bf_error *error)
{
	if (!err)
		return BF_OK;
	bf_said.size = 0;
	return bf_buffer_append(&bf_said, error->text, strlen(error->text)) ? BF_ERR_NOMEM
									    : err;
}

EXPORT(void *, allocate, size_t size)
{
	return malloc(size ? size : 1);
}

EXPORT(void, release, void *memory)
{
	free(memory);
}

EXPORT(const uint8_t *, text, void)
{
	return bf_said.data;
}

EXPORT(size_t, text_size, void)
{
	return bf_said.size;
}

/* The bytes are of allocate(), and become the file's. */
EXPORT(int, put_file, const char *name, uint8_t *bytes, size_t size)
{
	return bf_files_put(name, (struct bf_buffer){.data = bytes, .size = size});
}

EXPORT(void, drop_file, const char *name)
{
	bf_files_drop(name);
}
