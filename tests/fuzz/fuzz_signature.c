/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What others say of a program in it: signatures, generations, a shim's names. The first
 * byte tells a whole program ('f') from a certificate table of one that we know, behind it
 * ('t') or wherever the eight bytes in front say ('d').
 */
#include <string.h>

#include "binary/sbat.h"
#include "binary/shim.h"
#include "forge_pe.h"
#include "fuzz.h"
#include "sign/signature.h"

enum { DIRECTORY = FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE };

static void check_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);
	fuzz_require(length < size);
	for (size_t i = 0; i < length; i++)
		fuzz_require(text[i] >= ' ' && text[i] <= '~');
}

static void check_signature(const struct bf_signature *signature)
{
	bool is_good = signature->state == BF_SIGNATURE_GOOD;
	check_text(signature->signer, sizeof(signature->signer));
	check_text(signature->problem, sizeof(signature->problem));
	fuzz_require(signature->n_issuers <= BF_SIGNATURE_ISSUERS_MAX);
	for (size_t i = 0; i < signature->n_issuers; i++)
		check_text(signature->issuers[i], sizeof(signature->issuers[i]));
	fuzz_require(is_good == !signature->problem[0]);
}

/* Whatever is in the table, it is not part of what was signed. */
static void check_signatures(const struct bf_pe *pe, const uint8_t *digest)
{
	static struct bf_signatures found, again;
	fuzz_require(bf_signatures_read(pe, &found) == BF_OK);
	fuzz_require(bf_signatures_read(pe, &again) == BF_OK);
	fuzz_check_same(bf_view(&found, sizeof(found)), bf_view(&again, sizeof(again)));
	fuzz_require(found.n <= BF_SIGNATURES_MAX);
	fuzz_require(pe->has_signature || !found.n);
	check_text(found.problem.text, sizeof(found.problem.text));
	for (size_t i = 0; i < found.n; i++)
		check_signature(&found.all[i]);
	if (digest)
		fuzz_require(!memcmp(found.sha256, digest, BF_SHA256_SIZE));
}

static void check_sbat(const struct bf_pe *pe)
{
	struct bf_sbat sbat;
	bf_sbat_read(pe, &sbat);
	fuzz_require(sbat.n <= BF_SBAT_ENTRIES_MAX);
	for (size_t i = 0; i < sbat.n; i++) {
		check_text(sbat.entries[i].component, BF_SBAT_COMPONENT_SIZE);
		fuzz_require(sbat.entries[i].generation <= BF_SBAT_GENERATION_MAX);
	}
}

static void check_shim(const struct bf_pe *pe)
{
	struct bf_shim shim;
	bool is_shim = bf_shim_read(pe, &shim);
	const char *const names[] = {shim.loader, shim.mok_manager, shim.fallback};
	for (size_t i = 0; i < 3; i++) {
		check_text(names[i], BF_SHIM_NAME_SIZE);
		fuzz_require(!strchr(names[i], '/') && !strchr(names[i], '\\'));
		fuzz_require(is_shim || !names[i][0]);
	}
}

static void check_program(struct bf_view file, const uint8_t *digest)
{
	struct bf_error error = {""};
	struct bf_pe pe;
	if (fuzz_try(bf_pe_parse(file, &pe, &error), &error))
		return;
	check_signatures(&pe, digest);
	check_sbat(&pe);
	check_shim(&pe);
}

static void forge(struct bf_buffer *file)
{
	fuzz_require(!bf_buffer_zero(file, FORGE_SIZE));
	forge_pe(file->data, BF_PE_MACHINE_AMD64);
}

/* The program with these bytes behind it, and a table that is said to be somewhere. */
static void put_table(struct bf_buffer *file, uint32_t address, uint32_t size,
		      struct bf_view bytes)
{
	forge_put(file->data + DIRECTORY, 4, address);
	forge_put(file->data + DIRECTORY + 4, 4, size);
	fuzz_require(!bf_buffer_append(file, bytes.data, bytes.size));
}

/* The digest of the program without the table; its directory is not hashed either. */
static void check_table(struct bf_view table)
{
	static struct bf_signatures none;
	struct bf_buffer file = {0};
	struct bf_pe pe;
	forge(&file);
	fuzz_require(!bf_pe_parse(bf_buffer_view(&file), &pe, NULL));
	fuzz_require(!bf_signatures_read(&pe, &none));
	put_table(&file, FORGE_SIZE, (uint32_t)table.size, table);
	check_program(bf_buffer_view(&file), none.sha256);
	bf_buffer_free(&file);
}

static void check_anywhere(struct bf_view bytes)
{
	struct bf_buffer file = {0};
	forge(&file);
	put_table(&file, bf_le32(bytes.data), bf_le32(bytes.data + 4),
		  bf_view_part(bytes, 8, bytes.size - 8));
	check_program(bf_buffer_view(&file), NULL);
	bf_buffer_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct bf_view rest = bf_view(data + 1, size - 1);
	if (*data == 't' && rest.size)
		check_table(rest);
	else if (*data == 'd' && rest.size >= 8)
		check_anywhere(rest);
	else
		check_program(rest, NULL);
	return 0;
}
