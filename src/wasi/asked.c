/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What of the rooms trust and sign needs libcrypto, which is as large as all the rest: another
 * module has it, certificates.c, and the page's script, to which these calls go, asks it. Of
 * the certificate that a page was made with, what there is to know was read at that time.
 */
#include "base/cleanup.h"
#include "base/file.h"
#include "sign/signature.h"
#include "trust/facts.h"
#include "wasi/files.h"

#define ASKED(name) __attribute__((import_module("page"), import_name(#name)))

enum { NOBODY = 1 }; /* has been given a certificate, so there is nothing to ask */

/*
 * Ask for the facts of a certificate. Returns what bf_certificate_read() has returned, or
 * NOBODY; how large the facts are, or the sentence of a failure, which answer() copies here.
 */
ASKED(certificate) int bf_ask_certificate(const char *path, size_t *ret_size);
ASKED(answer) void bf_ask_answer(uint8_t *ret);

/* Ask what bf_signatures_read() says of a file, for size bytes; false if there is no memory. */
ASKED(signatures)
bool bf_ask_signatures(const uint8_t *file, size_t file_size, struct bf_signatures *ret,
		       size_t size);

/* ---- trust/certificate.h ---- */

int bf_certificate_read(const char *path, struct bf_certificate *ret,
			struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer answer = {0};
	struct bf_view facts;
	size_t size;
	if (bf_files_find(path, &facts))
		return bf_facts_read(facts, ret, reterr);
	int err = bf_ask_certificate(path, &size);
	if (err == NOBODY) /* and this says that the page does not have the file */
		return bf_buffer_read_file(path, BF_CERTIFICATE_FILE_MAX, &answer,
					   reterr);
	if (bf_buffer_zero(&answer, size))
		return bf_fail_nomem(reterr);
	bf_ask_answer(answer.data);
	if (err)
		return bf_fail(reterr, err, "%.*s", (int)size, (const char *)answer.data);
	return bf_facts_read(bf_buffer_view(&answer), ret, reterr);
}

void bf_certificate_free(struct bf_certificate *certificate)
{
	bf_buffer_free(&certificate->der);
}

/* ---- sign/signature.h ---- */

int bf_signatures_read(const struct bf_pe *pe, struct bf_signatures *ret)
{
	return bf_ask_signatures(pe->file.data, pe->file.size, ret, sizeof(*ret))
		       ? BF_OK
		       : BF_ERR_NOMEM;
}
