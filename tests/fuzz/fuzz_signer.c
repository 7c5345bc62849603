/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What a person signs with: the files of a key, its certificates and a passphrase, whose sizes
 * come first. Who is taken signs, and what he signs is good.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forge_pe.h"
#include "fuzz.h"
#include "sign/passphrase_file.h"
#include "sign/sign_program.h"
#include "sign/signature.h"

enum { KEY, CERTIFICATES, PASSPHRASE, N_FILES, FIRST_FD = 100, HEAD_SIZE = 4 };

static const char *const paths[N_FILES] = {"/proc/self/fd/100", "/proc/self/fd/101",
					   "/proc/self/fd/102"};

static void write_file(int which, struct bf_view bytes)
{
	static int fds[N_FILES];
	int fd = FIRST_FD + which;
	if (!fds[which])
		fds[which] = dup2(memfd_create("file", 0), fd);
	fuzz_require(fds[which] == fd && ftruncate(fd, 0) == 0);
	fuzz_require(pwrite(fd, bytes.data, bytes.size, 0) == (ssize_t)bytes.size);
}

/* As much as is left of a size. */
static struct bf_view take(struct bf_view *rest, size_t size)
{
	if (size > rest->size)
		size = rest->size;
	struct bf_view part = bf_view_part(*rest, 0, size);
	*rest = bf_view_part(*rest, size, rest->size - size);
	return part;
}

static void check_text(const char *text)
{
	fuzz_require(*text);
	for (; *text; text++)
		fuzz_require(*text >= ' ' && *text <= '~');
}

static void check_signer(const struct bf_signer *signer)
{
	struct bf_signer_warnings warnings;
	check_text(signer->subject);
	fuzz_require(signer->der.size);
	bf_signer_warn(signer, paths[KEY], signer->not_before - 1, &warnings);
	fuzz_require(warnings.n <= BF_SIGNER_WARNINGS_MAX);
	for (size_t i = 0; i < warnings.n; i++)
		check_text(warnings.texts[i]);
}

static struct bf_buffer sign(const struct bf_signer *signer)
{
	struct bf_buffer file = {0};
	fuzz_require(!bf_buffer_zero(&file, FORGE_SIZE));
	forge_pe(file.data, BF_PE_MACHINE_AMD64);
	fuzz_require(!bf_sign_program(signer, &file, NULL));
	return file;
}

static void check_signature(const struct bf_signer *signer)
{
	static struct bf_signatures found;
	struct bf_buffer file = sign(signer), again = sign(signer);
	struct bf_pe pe;
	fuzz_check_same(bf_buffer_view(&file), bf_buffer_view(&again));
	fuzz_require(!bf_pe_parse(bf_buffer_view(&file), &pe, NULL));
	fuzz_require(!bf_signatures_read(&pe, &found));
	fuzz_require(found.n == 1 && !found.problem.text[0]);
	if (found.all[0].state != BF_SIGNATURE_GOOD)
		fprintf(stderr, "%s\n", found.all[0].problem);
	fuzz_require(found.all[0].state == BF_SIGNATURE_GOOD);
	bf_buffer_free(&file);
	bf_buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_passphrase_file in_file = {.path = paths[PASSPHRASE]};
	const struct bf_passphrase passphrase = {bf_passphrase_file_read, &in_file};
	struct bf_signer signer = {0};
	struct bf_error error = {""};
	if (size < HEAD_SIZE)
		return 0;
	struct bf_view rest = bf_view(data + HEAD_SIZE, size - HEAD_SIZE);
	write_file(KEY, take(&rest, bf_le16(data)));
	write_file(CERTIFICATES, take(&rest, bf_le16(data + 2)));
	write_file(PASSPHRASE, rest);
	if (!fuzz_try(bf_signer_read(paths[KEY], paths[CERTIFICATES], &passphrase,
				     &signer, &error),
		      &error)) {
		check_signer(&signer);
		check_signature(&signer);
		bf_signer_free(&signer);
	}
	fuzz_require(ERR_peek_error() == 0);
	return 0;
}
