/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/algorithms.h"

#include <string.h>

#define ALGORITHM(name, oid)                                                             \
	{                                                                                \
		name, (const uint8_t *)(oid), sizeof(oid) - 1                            \
	}

/* The contents of DER-encoded object identifiers, without tag and length. */
static const struct {
	const char *name;
	const uint8_t *oid;
	size_t size;
} algorithms[] = {
	/* rsaEncryption, RFC 8017 */
	ALGORITHM("rsa", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"),
	/* ecdsa-with-SHA256, RFC 5758 */
	ALGORITHM("ecdsa", "\x2a\x86\x48\xce\x3d\x04\x03\x02"),
	/* secp256r1 and secp384r1, RFC 5480 */
	ALGORITHM("p256", "\x2a\x86\x48\xce\x3d\x03\x01\x07"),
	ALGORITHM("p384", "\x2b\x81\x04\x00\x22"),
};

void bf_algorithms_list(struct bf_view program, char ret[BF_ALGORITHMS_SIZE])
{
	char *out = ret;
	size_t at;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		struct bf_view oid = bf_view(algorithms[i].oid, algorithms[i].size);
		if (!bf_view_find(program, 0, oid, &at))
			continue;
		if (out != ret)
			*out++ = ',';
		out = stpcpy(out, algorithms[i].name);
	}
	*out = '\0';
}
