/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Planting: giving a stock iPXE binary a script slot. Done at package time for the bundle
 * and at run time for a binary the user brings. The stub that leads iPXE to the slot is
 * compiled by the build from prebuilt/stub and handed in as bytes.
 */
#ifndef BF_PLANT_H
#define BF_PLANT_H

#include "base/bytes.h"

/*
 * What every kind of binary is asked first: BF_ERR_INPUT for a slot size outside
 * BF_SLOT_SIZE_MIN to BF_SLOT_SIZE_MAX, BF_ERR_UNSUPPORTED if there is a slot already,
 * BF_ERR_FORMAT if it is damaged.
 */
bf_must_check int bf_plant_check(struct bf_view stock, uint32_t slot_size,
				 struct bf_error *reterr);

/*
 * Write the slot every planted binary starts with: a script that says on the screen that
 * nothing was put in, and leaves the person at iPXE's shell.
 */
bf_must_check int bf_plant_format_slot(uint8_t *out, uint32_t size,
				       uint32_t declared_offset, struct bf_error *reterr);

/* Whether a slot with this body still says so. */
bool bf_plant_is_placeholder(struct bf_view body);

/*
 * A PE (ipxe.efi): adds the sections .stub and .slot, moves AddressOfEntryPoint to the
 * stub and recomputes the sizes and CheckSum. Refuses a signed file (BF_ERR_SIGNED) and a
 * stub for another machine (BF_ERR_UNSUPPORTED); ret is replaced only on success.
 */
bf_must_check int bf_plant_efi(struct bf_view stock, struct bf_view stub,
			       uint32_t slot_size, struct bf_buffer *ret,
			       struct bf_error *reterr);

/*
 * A bzImage (ipxe.lkrn): adds setup sectors with the stub and the slot, and turns the
 * prologue at the setup entry into a jump to the stub. The payload does not change.
 * BF_ERR_UNSUPPORTED for what is not an ipxe.lkrn, BF_ERR_TOO_BIG when the slot does not
 * fit in front of the payload or where iPXE copies it; ret is replaced only on success.
 */
bf_must_check int bf_plant_lkrn(struct bf_view stock, struct bf_view stub,
				uint32_t slot_size, struct bf_buffer *ret,
				struct bf_error *reterr);

/* The one of the two that the stock file is for; BF_ERR_UNSUPPORTED for any other file. */
bf_must_check int bf_plant(struct bf_view stock, struct bf_view stub, uint32_t slot_size,
			   struct bf_buffer *ret, struct bf_error *reterr);

#endif
