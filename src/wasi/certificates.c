/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What the page's script calls of the module with libcrypto, which is loaded where somebody
 * gives a certificate or an image. The other module asks it through the script, see asked.c.
 */
#include "base/cleanup.h"
#include "binary/pe.h"
#include "sign/signature.h"
#include "trust/facts.h"
#include "wasi/calls.h"

/* Say the facts of a certificate, whose file was put here: "ca.pem" or "ca.pem#2". */
EXPORT(int, certificate, const char *path)
{
	bf_cleanup(bf_certificate_free) struct bf_certificate certificate = {0};
	struct bf_error error;
	bf_said.size = 0;
	int err = bf_certificate_read(path, &certificate, &error);
	if (!err && bf_facts_print(&certificate, &bf_said))
		err = bf_fail_nomem(&error);
	return bf_calls_finish(err, &error);
}

/*
 * The signatures of a PE; NULL where there was no memory, or where they have another size than
 * in the module that asks.
 */
EXPORT(const struct bf_signatures *, signatures, const uint8_t *file, size_t size,
       size_t wanted)
{
	static struct bf_signatures signatures;
	struct bf_pe pe;
	if (wanted != sizeof(signatures) || bf_pe_parse(bf_view(file, size), &pe, NULL) ||
	    bf_signatures_read(&pe, &signatures))
		return NULL;
	return &signatures;
}
