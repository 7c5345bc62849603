/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/bzimage.h"

#include <string.h>

#include "base/cleanup.h"

enum {
	BOOT_FLAG = 0xaa55,
	VERSION_MIN = 0x204,
	HEADER_END = 0x22c,      /* the last field we use is cmd_line_ptr */
	SETUP_SECTS_DEFAULT = 4, /* what a setup_sects of 0 means */
	JMP_SHORT = 0xeb,
	PARAGRAPH = 16,
};

bool bf_bzimage_probe(struct bf_view file)
{
	return bf_view_has(file, 0, HEADER_END) &&
	       bf_le16(file.data + BF_BZIMAGE_BOOT_FLAG) == BOOT_FLAG &&
	       memcmp(file.data + BF_BZIMAGE_HEADER, "HdrS", 4) == 0;
}

/*
 * The entry is a jump over the header, forward by at most 127 bytes, which leaves more of
 * the setup behind it than any code we look for: it has two sectors at the least.
 */
static int find_setup_entry(struct bf_bzimage *image, struct bf_error *reterr)
{
	const uint8_t *jump = image->file.data + BF_BZIMAGE_JUMP;
	image->setup_entry = (size_t)BF_BZIMAGE_JUMP + 2 + jump[1];
	if (jump[0] != JMP_SHORT || jump[1] > 127 || image->setup_entry < HEADER_END)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the bzImage's entry at 0x200 (%02x %02x) is not a short "
			       "jump over the setup header",
			       jump[0], jump[1]);
	return BF_OK;
}

/* Only information for people, so that a bad pointer is no text rather than an error. */
static struct bf_view find_version_text(const struct bf_bzimage *image)
{
	uint16_t pointer = bf_le16(image->file.data + BF_BZIMAGE_KERNEL_VERSION);
	size_t start = (size_t)pointer + 0x200;
	if (pointer == 0 || start >= image->payload_offset)
		return bf_view(NULL, 0);
	const uint8_t *text = image->file.data + start;
	const uint8_t *end = memchr(text, '\0', image->payload_offset - start);
	return end ? bf_view(text, (size_t)(end - text)) : bf_view(NULL, 0);
}

static int find_payload(struct bf_bzimage *image, struct bf_error *reterr)
{
	size_t setup = (image->setup_sects + 1) * (size_t)BF_BZIMAGE_SECTOR;
	if (image->file.size <= setup)
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"the bzImage is cut short: %u setup sectors end at byte %zu, "
			"the file at %zu",
			image->setup_sects, setup, image->file.size);

	/* syssize counts whole paragraphs, the last of which may be shorter in the file. */
	uint64_t declared = (uint64_t)image->syssize * PARAGRAPH;
	size_t present = image->file.size - setup;
	if (declared == 0 || bf_align(present, PARAGRAPH) < declared)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the bzImage is cut short: it declares a payload of %llu "
			       "bytes, %zu are there",
			       (unsigned long long)declared, present);
	image->payload_offset = setup;
	image->payload = bf_view_part(image->file, setup,
				      present < declared ? present : (size_t)declared);
	return BF_OK;
}

int bf_bzimage_parse(struct bf_view file, struct bf_bzimage *ret, struct bf_error *reterr)
{
	if (!bf_bzimage_probe(file))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "not a bzImage");

	struct bf_bzimage image = {
		.file = file,
		.setup_sects = file.data[BF_BZIMAGE_SETUP_SECTS],
		.version = bf_le16(file.data + BF_BZIMAGE_VERSION),
		.syssize = bf_le32(file.data + BF_BZIMAGE_SYSSIZE),
	};
	if (image.version < VERSION_MIN)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "boot protocol %d.%02d is too old, 2.04 is needed",
			       image.version >> 8, image.version & 0xff);
	if (image.setup_sects == 0)
		image.setup_sects = SETUP_SECTS_DEFAULT;

	int err = find_payload(&image, reterr);
	if (!err)
		err = find_setup_entry(&image, reterr);
	if (err)
		return err;
	image.version_text = find_version_text(&image);
	*ret = image;
	return BF_OK;
}

int bf_bzimage_replace_payload(const struct bf_bzimage *image, struct bf_view payload,
			       struct bf_buffer *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};
	struct bf_bzimage again;
	if (bf_buffer_append(&out, image->file.data, image->payload_offset) ||
	    bf_buffer_append(&out, payload.data, payload.size))
		return bf_fail_nomem(reterr);
	bf_put_le32(out.data + BF_BZIMAGE_SYSSIZE,
		    (uint32_t)(bf_align(payload.size, PARAGRAPH) / PARAGRAPH));
	int err = bf_bzimage_parse(bf_buffer_view(&out), &again, reterr);
	if (!err && again.payload.size != payload.size)
		err = bf_fail(reterr, BF_ERR_FORMAT,
			      "its payload of %zu bytes is read back as %zu",
			      payload.size, again.payload.size);
	if (err)
		return err;
	bf_buffer_free(ret);
	*ret = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}
