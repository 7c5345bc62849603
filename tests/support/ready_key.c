/* SPDX-License-Identifier: GPL-3.0-only */
#include "ready_key.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *open_key(unsigned bits, unsigned number)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/rsa%u-%u.pem", BF_KEYS_DIR, bits, number);
	return fopen(path, "rb");
}

EVP_PKEY *ready_key(unsigned bits)
{
	enum { SMALLEST = 1024, STEP = 512 };
	static unsigned last[7]; /* of each size */
	unsigned *number = &last[(bits - SMALLEST) / STEP];
	FILE *file = open_key(bits, ++*number);
	if (!file)
		file = open_key(bits, *number = 1);
	if (!file)
		abort();
	EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	if (!key)
		abort();
	return key;
}
