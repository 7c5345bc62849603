/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "sign/libcrypto.h"
#include "sign/stretching.h"
#include "trust/container.h"
#include "trust/pem_text.h"

/* ---- The passphrase ---- */

/* libcrypto asks again for each way to read a key; a person is asked once. */
struct asking {
	const struct bf_passphrase *passphrase;
	const char *path;
	bool is_asked;
	int err;
	struct bf_error *reterr; /* a whole sentence if err is set */
	char text[BF_PASSPHRASE_SIZE];
};

static int ask(struct asking *asking)
{
	char name[256];
	if (asking->passphrase)
		return asking->passphrase->ask(asking->passphrase->context, asking->path,
					       asking->text, asking->reterr);
	return bf_fail(
		asking->reterr, BF_ERR_INPUT,
		"'%s': the key is encrypted, and there is no passphrase to open it",
		bf_printable(asking->path, name, sizeof(name)));
}

static int give_passphrase(char *out, int size, int is_writing, void *data)
{
	struct asking *asking = data;
	(void)is_writing;
	if (!asking->is_asked)
		asking->err = ask(asking);
	asking->is_asked = true;
	size_t length = strnlen(asking->text, sizeof(asking->text));
	if (asking->err || size < 0 || length > (size_t)size)
		return -1;
	memcpy(out, asking->text, length);
	return (int)length;
}

/* ---- Reading ---- */

static EVP_PKEY *read_pem(struct bf_view text, struct asking *asking)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	EVP_PKEY *key =
		bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, asking) : NULL;
	BIO_free(bio);
	return key;
}

static EVP_PKEY *read_der(struct bf_view der, struct asking *asking)
{
	EVP_PKEY *key = NULL;
	const unsigned char *at = der.data;
	size_t left = der.size;
	OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(
		&key, "DER", NULL, NULL, OSSL_KEYMGMT_SELECT_PRIVATE_KEY, NULL, NULL);
	if (decoder &&
	    OSSL_DECODER_CTX_set_pem_password_cb(decoder, give_passphrase, asking))
		(void)OSSL_DECODER_from_data(decoder, &at, &left);
	OSSL_DECODER_CTX_free(decoder);
	return key;
}

/* What the file is, where it is not a key. */
static int fail_none(struct bf_view bytes, struct bf_error *reterr)
{
	bf_cleanup(bf_container_free) struct bf_container container = {0};
	int err = bf_container_read(bytes, &container, NULL);
	if (!err && container.is_pkcs12)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is a PKCS #12 file: take the key out with\n"
			       "  openssl pkcs12 -nocerts -in FILE -out key.pem");
	if (!err && container.keys)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the private key in it is damaged, or of a kind that "
			       "libcrypto does not read");
	if (!err && bf_container_size(&container))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it holds a certificate and not the private key that "
			       "belongs to it");
	if (!err && container.others)
		return bf_fail(reterr, BF_ERR_INPUT, "it holds a %s and no private key",
			       container.other);
	return bf_fail(reterr, BF_ERR_INPUT, "not a private key, neither PEM nor DER");
}

/* UEFI specification, 32.2.4: certificates of RSA keys; other sizes are not taken everywhere. */
static int check_kind(const EVP_PKEY *key, struct bf_error *reterr)
{
	int bits = EVP_PKEY_get_bits(key);
	const char *name = EVP_PKEY_get0_type_name(key);
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "its key is of type %s, and UEFI firmware takes RSA: make "
			       "one of 2048 bits or more",
			       name ? name : "unknown");
	if (bits != 2048 && bits != 3072 && bits != 4096)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "its RSA key has %d bits; UEFI firmware takes 2048, and "
			       "most of it 3072 and 4096",
			       bits);
	return BF_OK;
}

static int parse(struct bf_view bytes, struct asking *asking, EVP_PKEY **ret,
		 struct bf_error *reterr)
{
	struct bf_buffer text = {0};
	if (bf_pem_text_read(bytes, &text))
		return bf_fail_nomem(reterr);
	bool is_pem = bf_pem_text_has_block(bf_buffer_view(&text));
	struct bf_view form = is_pem ? bf_buffer_view(&text) : bytes;
	EVP_PKEY *key = NULL;
	int err = bf_stretching_check(form, is_pem, reterr);
	if (!err)
		key = is_pem ? read_pem(form, asking) : read_der(form, asking);
	bf_buffer_wipe(&text);
	bool ran_out = bf_libcrypto_ran_out();
	if (err)
		return err;
	if (!key && asking->err)
		err = asking->err;
	else if (!key && ran_out)
		err = bf_fail_nomem(reterr);
	else if (!key && asking->is_asked)
		err = bf_fail(
			reterr, BF_ERR_INPUT,
			"the passphrase does not open the key, or the key is damaged");
	else if (!key)
		err = fail_none(bytes, reterr);
	else
		err = check_kind(key, reterr);
	if (err)
		EVP_PKEY_free(key);
	else
		*ret = key;
	return err;
}

int bf_key_read(const char *path, const struct bf_passphrase *passphrase,
		struct bf_key *ret, struct bf_error *reterr)
{
	char name[256];
	struct bf_buffer bytes = {0};
	struct asking asking = {.passphrase = passphrase, .path = path, .reterr = reterr};
	EVP_PKEY *key = NULL;
	bool is_open;
	int err = bf_buffer_read_secret(path, BF_KEY_FILE_MAX, &bytes, &is_open, reterr);
	if (err)
		return err;
	err = parse(bf_buffer_view(&bytes), &asking, &key, reterr);
	bf_buffer_wipe(&bytes);
	OPENSSL_cleanse(asking.text, sizeof(asking.text));
	if (asking.err)
		return asking.err;
	if (err)
		return bf_fail_in(reterr, err, "'%s'",
				  bf_printable(path, name, sizeof(name)));
	*ret = (struct bf_key){.pkey = key, .is_open = is_open};
	return BF_OK;
}

void bf_key_free(struct bf_key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
}
