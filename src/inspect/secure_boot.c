/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/secure_boot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text behind what is in path->secure_text, cut where there is no more room. */
__attribute__((format(printf, 2, 3))) static void add(struct bf_boot_path *path,
						      const char *format, ...)
{
	size_t length = strlen(path->secure_text);
	va_list args;
	va_start(args, format);
	vsnprintf(path->secure_text + length, sizeof(path->secure_text) - length, format,
		  args);
	va_end(args);
}

/* Whom a machine has to know: one of the signers, or who issued his certificate. */
static void add_signers(struct bf_boot_path *path, const struct bf_signatures *signatures)
{
	const char *between = "if ";
	for (size_t i = 0; i < signatures->n; i++) {
		const struct bf_signature *signature = &signatures->all[i];
		if (signature->state != BF_SIGNATURE_GOOD)
			continue;
		add(path, "%s%s", between, signature->signer);
		if (signature->n_issuers)
			add(path, " or its issuer %s", signature->issuers[0]);
		between = ", or ";
	}
	add(path, " is enrolled");
}

static const struct bf_signature *find(const struct bf_signatures *signatures,
				       enum bf_signature_state state)
{
	for (size_t i = 0; i < signatures->n; i++)
		if (signatures->all[i].state == state)
			return &signatures->all[i];
	return NULL;
}

/* One good signature is enough, whatever the others are. */
static enum bf_secure_verdict judge_signatures(struct bf_boot_path *path,
					       const struct bf_signatures *signatures)
{
	const struct bf_signature *broken = find(signatures, BF_SIGNATURE_BROKEN);
	const struct bf_signature *unknown = find(signatures, BF_SIGNATURE_UNKNOWN);
	if (find(signatures, BF_SIGNATURE_GOOD)) {
		add_signers(path, signatures);
		return BF_SECURE_ENROLLED;
	}
	if (broken || signatures->problem.text[0]) {
		add(path, "signature broken: %s",
		    broken ? broken->problem : signatures->problem.text);
		return BF_SECURE_BROKEN;
	}
	if (unknown) {
		add(path, "signature unknown: %s", unknown->problem);
		return BF_SECURE_UNKNOWN;
	}
	add(path, "not signed");
	return BF_SECURE_UNSIGNED;
}

/* shim takes what says of which generation it is, and only of one that is not revoked. */
static bool is_revoked(struct bf_boot_path *path, const struct bf_sbat *sbat,
		       const char *words)
{
	const struct bf_sbat_entry *revoked = bf_sbat_find_revoked(sbat);
	if (revoked)
		add(path, "%s: %s has SBAT generation %u, a current shim wants %u", words,
		    revoked->component, revoked->generation,
		    bf_sbat_required(revoked->component));
	else if (sbat->n == 0)
		add(path, "%s: it has no SBAT generations", words);
	return revoked || sbat->n == 0;
}

/* The firmware has started shim, which looks at itself and at what comes next. */
static enum bf_secure_verdict judge_shim(struct bf_boot_path *path,
					 const struct bf_examined *shim)
{
	if (is_revoked(path, &shim->sbat, "; revoked"))
		return BF_SECURE_REVOKED;
	if (path->program == path->first)
		return BF_SECURE_ENROLLED;
	const struct bf_examined *next = &path->program->binary;
	add(path, "; %s by shim ", shim->shim.loader);
	if (is_revoked(path, &next->sbat, "not"))
		return BF_SECURE_REVOKED;
	return judge_signatures(path, &next->signatures);
}

void bf_judge_secure_boot(struct bf_boot_path *path)
{
	path->secure_text[0] = '\0';
	path->secure_verdict = BF_SECURE_NONE;
	if (path->arch == BF_ARCH_BIOS || path->verdict == BF_VERDICT_NOTHING ||
	    !path->first)
		return;
	const struct bf_examined *first = &path->first->binary;
	path->secure_verdict = judge_signatures(path, &first->signatures);
	if (path->secure_verdict == BF_SECURE_ENROLLED && first->is_shim)
		path->secure_verdict = judge_shim(path, first);
}
