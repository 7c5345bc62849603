/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/passphrase_file.h"

#include <string.h>

#include "base/file.h"

enum { FILE_SIZE_MAX = 1 << 16 };

static int take_line(struct bf_view file, char text[BF_PASSPHRASE_SIZE],
		     struct bf_error *reterr)
{
	const uint8_t *end = file.size ? memchr(file.data, '\n', file.size) : NULL;
	size_t size = end ? (size_t)(end - file.data) : file.size;
	if (size > 0 && file.data[size - 1] == '\r')
		size--;
	if (size == 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "its first line is empty, and should be the passphrase");
	if (size >= BF_PASSPHRASE_SIZE)
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"the passphrase, its first line, has %zu bytes; at most %d "
			"are taken",
			size, BF_PASSPHRASE_SIZE - 1);
	if (memchr(file.data, 0, size))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the passphrase, its first line, has a zero byte in it");
	memcpy(text, file.data, size);
	text[size] = '\0';
	return BF_OK;
}

int bf_passphrase_file_read(void *context, const char *key_path,
			    char text[BF_PASSPHRASE_SIZE], struct bf_error *reterr)
{
	struct bf_passphrase_file *in = context;
	char name[256];
	struct bf_buffer file = {0};
	(void)key_path;
	int err = bf_buffer_read_secret(in->path, FILE_SIZE_MAX, &file, &in->is_open,
					reterr);
	if (err)
		return err;
	err = take_line(bf_buffer_view(&file), text, reterr);
	bf_buffer_wipe(&file);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(in->path, name, sizeof(name)))
		   : BF_OK;
}
