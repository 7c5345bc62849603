/* SPDX-License-Identifier: GPL-3.0-only */
/* The request for a small image with both boot entries, for the tests of what is made. */
#ifndef TEST_SAMPLE_ISO_H
#define TEST_SAMPLE_ISO_H

#include <stdlib.h>
#include <string.h>

#include "disk/iso_writer.h"

enum {
	SAMPLE_BIOS,
	SAMPLE_CONFIG,
	SAMPLE_GAPS,
	SAMPLE_EMPTY,
	SAMPLE_ESP,
	SAMPLE_INSIDE,
	SAMPLE_FILES,
};

struct sample {
	struct bf_piece pieces[SAMPLE_FILES][3];
	struct bf_iso_file files[SAMPLE_FILES];
	uint8_t mbr_code[BF_ISO_MBR_CODE_MAX];
	uint8_t bios[20000];
	uint8_t esp[40960];
	struct bf_iso_request request;
};

static inline struct bf_iso_file sample_file(const char *path,
					     const struct bf_piece *pieces,
					     size_t n_pieces, uint64_t size)
{
	return (struct bf_iso_file){
		.path = path, .pieces = pieces, .n_pieces = n_pieces, .size = size};
}

/* Files of one, three and no pieces, in an order that is not that of their names. */
static inline struct sample *sample_new(void)
{
	static const char text[] = "default ipxe\n";
	struct sample *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	for (size_t i = 0; i < sizeof(s->bios); i++)
		s->bios[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t i = 0; i < sizeof(s->esp); i++)
		s->esp[i] = (uint8_t)(i * 11 + i / 256);
	/* What xorriso knows isohdpfx.bin and isolinux.bin by. */
	memset(s->mbr_code, 0x90, sizeof(s->mbr_code));
	strcpy((char *)s->mbr_code + 182, "isolinux.bin missing or corrupt.");
	memcpy(s->bios + 64, "\xfb\xc0\x78\x70", 4);

	s->pieces[SAMPLE_BIOS][0] =
		(struct bf_piece){0, bf_view(s->bios, sizeof(s->bios))};
	s->pieces[SAMPLE_CONFIG][0] = (struct bf_piece){0, bf_view(text, 13)};
	s->pieces[SAMPLE_GAPS][0] = (struct bf_piece){3, bf_view(s->bios, 5)};
	s->pieces[SAMPLE_GAPS][1] = (struct bf_piece){2040, bf_view(s->bios, 16)};
	s->pieces[SAMPLE_GAPS][2] = (struct bf_piece){9000, bf_view(s->bios, 1)};
	s->pieces[SAMPLE_ESP][0] = (struct bf_piece){0, bf_view(s->esp, sizeof(s->esp))};

	s->files[SAMPLE_BIOS] = sample_file("/isolinux/isolinux.bin",
					    s->pieces[SAMPLE_BIOS], 1, sizeof(s->bios));
	s->files[SAMPLE_CONFIG] = sample_file("/isolinux/A Config.With Long-Name",
					      s->pieces[SAMPLE_CONFIG], 1, 13);
	s->files[SAMPLE_GAPS] = sample_file("/gaps.bin", s->pieces[SAMPLE_GAPS], 3, 9999);
	s->files[SAMPLE_EMPTY] = sample_file("/a/b/empty", NULL, 0, 0);
	s->files[SAMPLE_ESP] =
		sample_file("/esp.img", s->pieces[SAMPLE_ESP], 1, sizeof(s->esp));
	/* A file of the ESP, under its name there. */
	s->files[SAMPLE_INSIDE] = (struct bf_iso_file){.path = "/EFI/BOOT/BOOTX64.EFI",
						       .size = 30001,
						       .within = &s->files[SAMPLE_ESP],
						       .offset = 4096};
	s->request = (struct bf_iso_request){
		.files = s->files,
		.n_files = SAMPLE_FILES,
		.bios_path = "/isolinux/isolinux.bin",
		.efi_path = "/esp.img",
		.mbr_code = bf_view(s->mbr_code, sizeof(s->mbr_code)),
		.label = "boots-from",
		.time = 1700000000,
	};
	return s;
}

/* The image in one piece, empty when it was refused. */
static inline struct bf_buffer sample_write(const struct bf_iso_request *request,
					    struct bf_error *reterr)
{
	struct bf_iso_image image = {0};
	struct bf_buffer buffer = {0};
	if (bf_iso_build(request, &image, reterr))
		return buffer;
	if (bf_buffer_zero(&buffer, image.pieces.size) ||
	    bf_pieces_read(&image.pieces, 0, buffer.data, buffer.size) != buffer.size)
		abort();
	bf_iso_image_free(&image);
	return buffer;
}

/* What a file's bytes must be, byte by byte: its pieces, and zeros between them. */
static inline uint8_t sample_byte(const struct bf_iso_file *file, uint64_t at)
{
	if (file->within)
		return sample_byte(file->within, file->offset + at);
	for (size_t i = 0; i < file->n_pieces; i++) {
		const struct bf_piece *piece = &file->pieces[i];
		if (at >= piece->offset && at - piece->offset < piece->bytes.size)
			return piece->bytes.data[at - piece->offset];
	}
	return 0;
}

#endif
