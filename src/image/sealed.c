/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/sealed.h"

#include <string.h>

#include "base/cleanup.h"
#include "ipxe/loose.h"
#include "ipxe/plant.h"
#include "ipxe/rootcert.h"

bool bf_sealed_is(const struct bf_ipxe *ipxe)
{
	return ipxe->executable.kind == BF_EXECUTABLE_PE &&
	       ipxe->executable.pe.has_signature;
}

/* ---- Its signature ---- */

/* Why none of the signatures is good. */
static const char *find_problem(const struct bf_signatures *signatures)
{
	for (size_t i = 0; i < signatures->n; i++)
		if (signatures->all[i].problem[0])
			return signatures->all[i].problem;
	return signatures->problem.text[0] ? signatures->problem.text
					   : "there is nothing in its table";
}

/* One good signature is enough for firmware, whatever the others are. */
static int read_signer(const struct bf_pe *pe, struct bf_sealed *ret,
		       struct bf_error *reterr)
{
	struct bf_signatures signatures;
	if (bf_signatures_read(pe, &signatures))
		return bf_fail_nomem(reterr);
	for (size_t i = 0; i < signatures.n; i++)
		if (signatures.all[i].state == BF_SIGNATURE_GOOD) {
			memcpy(ret->signer, signatures.all[i].signer,
			       sizeof(ret->signer));
			return BF_OK;
		}
	return bf_fail(
		reterr, BF_ERR_SIGNED,
		"it is signed, and firmware would not take the signature: %s; bring "
		"the file as it was signed, or the unsigned one",
		find_problem(&signatures));
}

/* ---- Its script ---- */

static int check_loose(const struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	if (ipxe->identity.can_run_loose)
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_UNSUPPORTED,
		"it is signed, so its script would have to be a file, and this iPXE "
		"is too old to look for autoexec.ipxe: bring a newer one, or an "
		"unsigned one");
}

/* What is in its slot stays there. */
static int read_slot(const struct bf_ipxe *ipxe, const struct bf_ipxe_slot *found,
		     struct bf_sealed *ret, struct bf_error *reterr)
{
	struct bf_view body = bf_slot_body(
		bf_view_part(found->bytes, found->slot.offset, found->slot.size));
	if (bf_loose_is_handover(body))
		return check_loose(ipxe, reterr);
	if (body.size == 0 || bf_plant_is_placeholder(body))
		return bf_fail(
			reterr, BF_ERR_SIGNED,
			"it was signed with nothing in its script slot, which must "
			"not be filled any more: sign what --format efi writes for "
			"the URL, or an iPXE without a slot, whose script is a file");
	ret->script = body;
	ret->slot_size = found->slot.size;
	return BF_OK;
}

int bf_sealed_read(const struct bf_ipxe *ipxe, struct bf_sealed *ret,
		   struct bf_error *reterr)
{
	struct bf_sealed sealed = {0};
	struct bf_ipxe_slot found = {0};
	int err = read_signer(&ipxe->executable.pe, &sealed, reterr);
	if (err)
		return err;
	err = bf_ipxe_find_slot(ipxe, &found, reterr);
	if (err == BF_ERR_NO_SLOT)
		err = check_loose(ipxe, reterr);
	else if (!err)
		err = bf_ipxe_check_slot(&found, reterr);
	if (!err && found.slot.size)
		err = read_slot(ipxe, &found, &sealed, reterr);
	if (!err)
		*ret = sealed;
	return err;
}

/* ---- Whom it trusts ---- */

int bf_sealed_check_trust(struct bf_view binary, const uint8_t sha256[BF_SHA256_SIZE],
			  struct bf_error *reterr)
{
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	struct bf_rootcert roots;
	int err = bf_ipxe_open(binary, &ipxe, reterr);
	if (err)
		return err;
	struct bf_program program = bf_ipxe_program(&ipxe);
	if (bf_rootcert_find(&program, &roots) &&
	    bf_rootcert_is_only(&program, &roots, sha256))
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_SIGNED,
		"it is signed, and to make it trust this certificate would break the "
		"signature: bring it unsigned, to be signed with sign-key or after "
		"format efi, or have the server's certificate from a public CA");
}
