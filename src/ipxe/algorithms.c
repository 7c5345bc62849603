/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/algorithms.h"

#include <string.h>

#include "base/search.h"

enum { N_ALGORITHMS = 4 };

static const char *const names[N_ALGORITHMS] = {"rsa", "ecdsa", "p256", "p384"};

/* The contents of DER-encoded object identifiers, without tag and length. */
static const struct bf_view oids[N_ALGORITHMS] = {
	/* rsaEncryption, RFC 8017 */
	BF_LITERAL("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
	/* ecdsa-with-SHA256, RFC 5758 */
	BF_LITERAL("\x2a\x86\x48\xce\x3d\x04\x03\x02"),
	/* secp256r1 and secp384r1, RFC 5480 */
	BF_LITERAL("\x2a\x86\x48\xce\x3d\x03\x01\x07"),
	BF_LITERAL("\x2b\x81\x04\x00\x22"),
};

void bf_algorithms_list(struct bf_view program, char ret[BF_ALGORITHMS_SIZE])
{
	struct bf_search_hits hits[N_ALGORITHMS];
	char *out = ret;
	bf_search(program, oids, N_ALGORITHMS, hits);
	for (size_t i = 0; i < N_ALGORITHMS; i++) {
		if (!hits[i].count)
			continue;
		if (out != ret)
			*out++ = ',';
		out = stpcpy(out, names[i]);
	}
	*out = '\0';
}
