/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The script slot: a fixed-size block of ASCII inside an iPXE binary (or standing alone as
 * a file) that is itself a valid iPXE script:
 *
 *     #!ipxe\n
 *     #boots-from-slot v1 size=0x00002000 offset=0x00100a00\n
 *     <body>
 *     \n\n\n ...
 *
 * `size` is the whole block, `offset` where the block starts in its own file, so that a
 * slot seen anywhere in an image leads back to the first byte of its file. The padding is
 * newlines because iPXE's line reader takes spaces and NULs for more commands.
 */
#ifndef BF_SLOT_H
#define BF_SLOT_H

#include "base/bytes.h"

#define BF_SLOT_MAGIC "#!ipxe" /* iPXE takes what starts with it for a script */
#define BF_SLOT_FIRST_LINE BF_SLOT_MAGIC "\n"
#define BF_SLOT_MARKER "#boots-from-slot "
#define BF_SLOT_SENTINEL BF_SLOT_FIRST_LINE BF_SLOT_MARKER

enum {
	BF_SLOT_SIZE = 8192,    /* what we plant */
	BF_SLOT_SIZE_MIN = 512, /* what we accept in somebody else's binary */
	BF_SLOT_SIZE_MAX = 65536,
	BF_SLOT_LOOSE_SIZE_MAX = 17 << 16, /* of one that is a file, see loose.h */
	BF_SLOT_HEADER_SIZE = 61,          /* "#!ipxe\n" and the marker line */
};

/* What a marker says that was compiled in and cannot know its own place. */
#define BF_SLOT_OFFSET_UNKNOWN 0xffffffffu

struct bf_slot {
	size_t offset;            /* where the slot starts in the bytes searched */
	uint32_t size;            /* the whole block, in bytes */
	uint32_t declared_offset; /* the marker's offset field */
};

/*
 * Find the next slot at or after from, of any size. Returns 1 and fills ret, 0 when there is
 * none, or BF_ERR_FORMAT for a sentinel whose marker is damaged or that reaches past the end.
 */
bf_must_check int bf_slot_next(struct bf_view bytes, size_t from, struct bf_slot *ret,
			       struct bf_error *reterr);

/*
 * Find the one slot of a binary. BF_ERR_NO_SLOT when there is none, BF_ERR_FORMAT when
 * there are two or the marker is damaged.
 */
bf_must_check int bf_slot_find(struct bf_view binary, struct bf_slot *ret,
			       struct bf_error *reterr);

/* How many bytes of script a slot of this size takes after its header. */
size_t bf_slot_capacity(uint32_t size);

/* BF_ERR_TOO_BIG, naming both sizes, for a body that a slot of this size cannot take. */
bf_must_check int bf_slot_check_body(uint32_t size, size_t body_size,
				     struct bf_error *reterr);

/*
 * Write what follows the header of a slot to out: the body, which fits, and padding up to
 * capacity bytes. Less of it is right for a smaller slot that the body fits in, too.
 */
void bf_slot_format_body(uint8_t *out, size_t capacity, struct bf_view body);

/*
 * Write a whole slot of size bytes to out: header, body, padding. The body is the script
 * without its "#!ipxe" line. BF_ERR_TOO_BIG names both sizes.
 */
bf_must_check int bf_slot_format(uint8_t *out, uint32_t size, uint32_t declared_offset,
				 struct bf_view body, struct bf_error *reterr);

/* The body of a slot, without header and padding. The view points into slot. */
struct bf_view bf_slot_body(struct bf_view slot);

/* Whether two bodies fill a slot alike: newlines at their ends do not count. */
bool bf_slot_is_same_body(struct bf_view one, struct bf_view other);

/* Append the script that a slot with this body is: what iPXE runs, without the marker. */
int bf_slot_print_script(struct bf_buffer *ret, struct bf_view body);

#endif
