/* SPDX-License-Identifier: GPL-3.0-only */
#include "report/report_signed.h"

#include <stdio.h>

static const char *const states[] = {
	[BF_SIGNATURE_GOOD] = "good",
	[BF_SIGNATURE_BROKEN] = "broken",
	[BF_SIGNATURE_UNKNOWN] = "unknown",
};

/* ---- JSON ---- */

static void put_signature(struct bf_json *json, const struct bf_signature *signature)
{
	bf_json_open_object(json, NULL);
	bf_json_string(json, "state", states[signature->state]);
	bf_json_string_or_null(json, "signer", signature->signer);
	bf_json_open_array(json, "issuers");
	for (size_t i = 0; i < signature->n_issuers; i++)
		bf_json_string(json, NULL, signature->issuers[i]);
	bf_json_close_array(json);
	bf_json_string_or_null(json, "problem", signature->problem);
	bf_json_close_object(json);
}

static void put_signatures(struct bf_json *json, const struct bf_signatures *signatures,
			   bool is_signed)
{
	char hex[BF_SHA256_HEX_SIZE];
	bf_hex(bf_view(signatures->sha256, BF_SHA256_SIZE), hex);
	bf_json_string(json, "authenticode_sha256", hex);
	bf_json_bool(json, "signed", is_signed);
	bf_json_open_array(json, "signers");
	for (size_t i = 0; i < signatures->n; i++)
		bf_json_string(json, NULL,
			       bf_signature_common_name(signatures->all[i].signer));
	bf_json_close_array(json);
	bf_json_open_array(json, "signatures");
	for (size_t i = 0; i < signatures->n; i++)
		put_signature(json, &signatures->all[i]);
	bf_json_close_array(json);
	bf_json_string_or_null(json, "signatures_problem", signatures->problem.text);
}

static void put_sbat(struct bf_json *json, const struct bf_sbat *sbat)
{
	bf_json_open_array(json, "sbat");
	for (size_t i = 0; i < sbat->n; i++) {
		const struct bf_sbat_entry *entry = &sbat->entries[i];
		bf_json_open_object(json, NULL);
		bf_json_string(json, "component", entry->component);
		bf_json_number(json, "generation", entry->generation);
		bf_json_bool(json, "revoked",
			     entry->generation < bf_sbat_required(entry->component));
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
}

/* A file that a shim names, and whether it is where the shim is; null for no name. */
static void put_beside(struct bf_json *json, const char *key, const char *name,
		       const struct bf_inspect *report,
		       const struct bf_inspect_program *shim)
{
	char path[BF_SCAN_PATH_SIZE];
	if (!name[0]) {
		bf_json_null(json, key);
		return;
	}
	bf_json_open_object(json, key);
	bf_json_string(json, "name", name);
	if (shim->n_places)
		bf_json_bool(json, "present",
			     bf_inspect_find_beside(report, shim->places[0], name, path));
	else
		bf_json_null(json, "present");
	bf_json_close_object(json);
}

static void put_shim(struct bf_json *json, const struct bf_inspect *report,
		     const struct bf_inspect_program *program)
{
	const struct bf_examined *binary = &program->binary;
	if (!binary->is_shim) {
		bf_json_null(json, "shim");
		return;
	}
	bf_json_open_object(json, "shim");
	put_beside(json, "starts", binary->shim.loader, report, program);
	put_beside(json, "mok_manager", binary->shim.mok_manager, report, program);
	put_beside(json, "fallback", binary->shim.fallback, report, program);
	bf_json_close_object(json);
}

void bf_report_signed_json(struct bf_json *json, const struct bf_inspect *report,
			   const struct bf_inspect_program *program)
{
	const struct bf_examined *binary = &program->binary;
	put_signatures(json, &binary->signatures, binary->has_signature);
	put_sbat(json, &binary->sbat);
	put_shim(json, report, program);
}

void bf_report_secure_json(struct bf_json *json, const struct bf_boot_path *path)
{
	static const char *const verdicts[] = {
		[BF_SECURE_ENROLLED] = "enrolled", [BF_SECURE_UNSIGNED] = "unsigned",
		[BF_SECURE_BROKEN] = "broken",     [BF_SECURE_REVOKED] = "revoked",
		[BF_SECURE_UNKNOWN] = "unknown",
	};
	if (path->secure_verdict == BF_SECURE_NONE) {
		bf_json_null(json, "secure_boot");
		return;
	}
	bf_json_open_object(json, "secure_boot");
	bf_json_string(json, "boots", verdicts[path->secure_verdict]);
	bf_json_string(json, "text", path->secure_text);
	bf_json_close_object(json);
}

/* ---- Text, of which all is printable ---- */

static void print_signature(const struct bf_signature *signature)
{
	printf("    signature: %s", states[signature->state]);
	if (signature->signer[0])
		printf(", by %s", signature->signer);
	for (size_t i = 0; i < signature->n_issuers; i++)
		printf(", issued by %s", signature->issuers[i]);
	if (signature->problem[0])
		printf(": %s", signature->problem);
	printf("\n");
}

static void print_signatures(const struct bf_examined *binary)
{
	char hex[BF_SHA256_HEX_SIZE];
	bf_hex(bf_view(binary->signatures.sha256, BF_SHA256_SIZE), hex);
	printf("    Authenticode SHA-256: %s\n", hex);
	if (!binary->has_signature)
		printf("    signature: none\n");
	for (size_t i = 0; i < binary->signatures.n; i++)
		print_signature(&binary->signatures.all[i]);
	if (binary->signatures.problem.text[0])
		printf("    signature: %s\n", binary->signatures.problem.text);
}

static void print_sbat(const struct bf_sbat *sbat)
{
	const struct bf_sbat_entry *revoked = bf_sbat_find_revoked(sbat);
	if (sbat->n == 0)
		return;
	printf("    SBAT:");
	for (size_t i = 0; i < sbat->n; i++)
		printf("%s %s %u", i ? "," : "", sbat->entries[i].component,
		       sbat->entries[i].generation);
	if (revoked)
		printf("; revoked, a current shim wants %s %u", revoked->component,
		       bf_sbat_required(revoked->component));
	printf("\n");
}

/* Of a program by itself nobody knows what will be beside it. */
static const char *presence(const struct bf_inspect *report,
			    const struct bf_inspect_program *shim, const char *name)
{
	char path[BF_SCAN_PATH_SIZE];
	if (shim->n_places == 0)
		return "";
	return bf_inspect_find_beside(report, shim->places[0], name, path)
		       ? ", which is there"
		       : ", which is not there";
}

static void print_shim(const struct bf_inspect *report,
		       const struct bf_inspect_program *program)
{
	const struct bf_shim *shim = &program->binary.shim;
	if (shim->loader[0])
		printf("    shim: starts %s%s\n", shim->loader,
		       presence(report, program, shim->loader));
	else
		printf("    shim: it cannot be told what it starts\n");
	if (shim->mok_manager[0])
		printf("    shim: enrols keys with %s%s\n", shim->mok_manager,
		       presence(report, program, shim->mok_manager));
}

void bf_report_signed_text(const struct bf_inspect *report,
			   const struct bf_inspect_program *program)
{
	print_signatures(&program->binary);
	print_sbat(&program->binary.sbat);
	if (program->binary.is_shim)
		print_shim(report, program);
}

void bf_report_secure_text(const struct bf_boot_path *path)
{
	if (path->secure_verdict != BF_SECURE_NONE)
		printf("%30sSecure Boot: %s\n", "", path->secure_text);
}
