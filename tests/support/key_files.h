/* SPDX-License-Identifier: GPL-3.0-only */
/* A folder of files with keys and certificates, gone when the test is over. */
#ifndef TEST_KEY_FILES_H
#define TEST_KEY_FILES_H

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

/* Paths stay valid until the next four are made. */
static inline const char *key_path(const char *name)
{
	static char folder[] = "/tmp/boots-from-keys.XXXXXX", paths[4][128];
	static unsigned next; /* the folder's name may end in an X when it is made, too */
	if (next == 0 && !mkdtemp(folder))
		abort();
	char *path = paths[next++ % 4];
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* Write what is in the BIO, which is freed, to a file for its owner alone. */
static inline const char *key_file(const char *name, BIO *bio)
{
	const char *path = key_path(name);
	char *data;
	long size = BIO_get_mem_data(bio, &data);
	unlink(path);
	FILE *file = fopen(path, "wb");
	if (!file || (size && fwrite(data, (size_t)size, 1, file) != 1) || fclose(file) ||
	    chmod(path, 0600))
		abort();
	BIO_free(bio);
	return path;
}

/* A key in plain PEM. */
static inline const char *key_pem(const char *name, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	if (!PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL))
		abort();
	return key_file(name, bio);
}

/* Certificates in PEM, up to a NULL. */
static inline const char *certificates_pem(const char *name, X509 *const *certificates)
{
	BIO *bio = BIO_new(BIO_s_mem());
	for (; *certificates; certificates++)
		if (!PEM_write_bio_X509(bio, *certificates))
			abort();
	return key_file(name, bio);
}

/* Files are removed one by one, so that nothing else can be. */
static inline void key_files_remove(const char *const *names)
{
	for (; *names; names++)
		unlink(key_path(*names));
	rmdir(key_path(""));
}

#endif
