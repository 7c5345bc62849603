/* SPDX-License-Identifier: GPL-3.0-only */
/* sign_sample KEY CERTIFICATES IN OUT: signs a program, for judge_signing.py. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "sign/sign_program.h"

static int write_file(const char *path, const struct bf_buffer *bytes)
{
	FILE *file = fopen(path, "wb");
	if (!file)
		return -1;
	size_t written = fwrite(bytes->data, 1, bytes->size, file);
	return fclose(file) || written != bytes->size ? -1 : 0;
}

int main(int argc, char **argv)
{
	bf_cleanup(bf_signer_free) struct bf_signer signer = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer file = {0};
	struct bf_error error = {"usage: sign_sample KEY CERTIFICATES IN OUT"};
	if (argc != 5 || bf_signer_read(argv[1], argv[2], NULL, &signer, &error) ||
	    bf_buffer_read_file(argv[3], 16 << 20, &file, &error) ||
	    bf_sign_program(&signer, &file, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	return write_file(argv[4], &file) ? 1 : 0;
}
