/* SPDX-License-Identifier: GPL-3.0-only */
/* RSA keys that were made with the build, as making one takes long, and longest in valgrind. */
#ifndef TEST_READY_KEY_H
#define TEST_READY_KEY_H

#include <openssl/evp.h>

/* Another one of so many bits than the last; after some, the first again. To be freed. */
EVP_PKEY *ready_key(unsigned bits);

#endif
