/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"
#include "inspect/isolinux.h"
#include "sample_iso.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum { NAME_AT = 1000 }; /* of ISOLINUX in its own file */

static const char usual[] = "DEFAULT a\nLABEL a\nKERNEL /ipxe.lkrn\n";
static const char good[] = "iPXE 1.2.3, runs the script in its slot";

/* The image and what bf_inspect_new() would say of it, but for its one program. */
struct fixture {
	struct sample *sample;
	struct bf_buffer iso;
	struct guard guard;
	struct bf_inspect report;
};

/* A boot image that ISOLINUX is told by, its configuration and two files it may start. */
static void make(struct fixture *f, const char *config_path, struct bf_view config,
		 const char *kernel_path, const char *other_path)
{
	struct sample *s = sample_new();
	memcpy(s->bios + NAME_AT, "ISOLINUX 6", 10);
	s->pieces[SAMPLE_CONFIG][0] = (struct bf_piece){0, config};
	s->files[SAMPLE_CONFIG] =
		sample_file(config_path, s->pieces[SAMPLE_CONFIG], 1, config.size);
	s->files[SAMPLE_GAPS].path = kernel_path;
	s->pieces[SAMPLE_EMPTY][0] = (struct bf_piece){0, bf_view("LABEL a\n", 8)};
	s->files[SAMPLE_EMPTY] = sample_file(other_path, s->pieces[SAMPLE_EMPTY], 1, 8);
	*f = (struct fixture){.sample = s, .iso = sample_write(&s->request, NULL)};
	assert_non_null(f->iso.data);
}

static void make_usual(struct fixture *f)
{
	make(f, "/isolinux/isolinux.cfg", bf_view(usual, strlen(usual)), "/ipxe.lkrn",
	     "/other");
}

/* Look at the image as it is now, whose program is this one. */
static void judge(struct fixture *f, const char *kernel_path,
		  const struct bf_examined *binary)
{
	f->guard = guard_copy(f->iso.data, f->iso.size);
	struct bf_source source = bf_source_view(bf_view(f->guard.data, f->iso.size));
	assert_int_equal(bf_scan_new(&source, &f->report.scan), BF_OK);
	f->report.programs[0].binary = *binary;
	f->report.programs[0].places[0] =
		bf_scan_find(f->report.scan, BF_SCAN_ISO, kernel_path);
	f->report.programs[0].n_places = f->report.n_programs = 1;
	assert_int_equal(bf_judge_boot_paths(&f->report), BF_OK);
}

static void judge_usual(struct fixture *f)
{
	const struct bf_examined ipxe = {.kind = BF_EXAMINED_IPXE,
					 .is_bzimage = true,
					 .arch = "bios",
					 .ipxe = {.version = "1.2.3"},
					 .slot_state = BF_SLOT_FILLED};
	judge(f, f->sample->files[SAMPLE_GAPS].path, &ipxe);
}

static void done(struct fixture *f)
{
	bf_scan_free(f->report.scan);
	guard_free(&f->guard);
	bf_buffer_free(&f->iso);
	free(f->sample);
}

static void assert_path(const struct fixture *f, bool is_usb, enum bf_verdict verdict,
			const char *text)
{
	const struct bf_boot_path *path =
		&f->report.boot_paths[2 * BF_ARCH_BIOS + is_usb];
	if (strncmp(path->text, text, strlen(text)) != 0)
		fail_msg("not '%s' but '%s'", text, path->text);
	assert_int_equal(path->verdict, verdict);
}

/* ---- What ISOLINUX starts ---- */

static void test_configurations(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		const char *kernel_path, *other_path;
		enum bf_verdict verdict;
		const char *says;
	} cases[] = {
		/* Where it looks, which is not where its own file is. */
		{"/boot/isolinux/isolinux.cfg", usual, "/ipxe.lkrn", "/other",
		 BF_VERDICT_BOOTS, good},
		{"/isolinux/isolinux.cfg", usual, "/ipxe.lkrn", "/other",
		 BF_VERDICT_BOOTS, good},
		{"/boot/syslinux/isolinux.cfg", usual, "/ipxe.lkrn", "/other",
		 BF_VERDICT_BOOTS, good},
		{"/syslinux/syslinux.cfg", usual, "/ipxe.lkrn", "/other",
		 BF_VERDICT_BOOTS, good},
		{"/isolinux.cfg", usual, "/ipxe.lkrn", "/other", BF_VERDICT_BOOTS, good},
		{"/elsewhere/isolinux.cfg", usual, "/ipxe.lkrn", "/other",
		 BF_VERDICT_NOTHING, "ISOLINUX finds no isolinux.cfg"},
		/* The other file is a configuration too: which one comes first. */
		{"/boot/isolinux/isolinux.cfg", usual, "/ipxe.lkrn",
		 "/isolinux/isolinux.cfg", BF_VERDICT_BOOTS, good},
		{"/isolinux/isolinux.cfg", usual, "/ipxe.lkrn",
		 "/boot/isolinux/isolinux.cfg", BF_VERDICT_UNKNOWN,
		 "ISOLINUX, with a menu"},
		{"/isolinux/syslinux.cfg", usual, "/ipxe.lkrn", "/isolinux/isolinux.cfg",
		 BF_VERDICT_UNKNOWN, "ISOLINUX, with a menu"},
		{"/isolinux/syslinux.cfg", usual, "/ipxe.lkrn",
		 "/boot/syslinux/isolinux.cfg", BF_VERDICT_BOOTS, good},
		/* A name without a folder is one in the configuration's. */
		{"/isolinux/isolinux.cfg", "DEFAULT a\nLABEL a\nKERNEL ipxe.lkrn\n",
		 "/isolinux/ipxe.lkrn", "/other", BF_VERDICT_BOOTS, good},
		{"/isolinux.cfg", "DEFAULT a\nLABEL a\nKERNEL ipxe.lkrn\n", "/ipxe.lkrn",
		 "/other", BF_VERDICT_BOOTS, good},
		{"/isolinux.cfg", "DEFAULT a\nLABEL a\nKERNEL ipxe.lkrn\n",
		 "/isolinux/ipxe.lkrn", "/other", BF_VERDICT_NOTHING,
		 "isolinux.cfg starts ipxe.lkrn, which is not there"},
		/* Files that are no boot programs by their names. */
		{"/isolinux/isolinux.cfg", "DEFAULT a\nLABEL a\nLINUX /vmlinuz quiet\n",
		 "/ipxe.lkrn", "/vmlinuz", BF_VERDICT_OTHER, "ISOLINUX starts /vmlinuz"},
		{"/isolinux/isolinux.cfg", "DEFAULT a\nLABEL a\nLINUX vmlinuz quiet\n",
		 "/ipxe.lkrn", "/isolinux/vmlinuz", BF_VERDICT_OTHER,
		 "ISOLINUX starts vmlinuz"},
		{"/isolinux/isolinux.cfg", "DEFAULT a\nLABEL a\nLINUX /vmlinuz\n",
		 "/ipxe.lkrn", "/vmlinux", BF_VERDICT_NOTHING,
		 "isolinux.cfg starts /vmlinuz, which is not there"},
		{"/isolinux/isolinux.cfg", "DEFAULT a\nLABEL a\nLINUX /\033[m\n",
		 "/ipxe.lkrn", "/vmlinux", BF_VERDICT_NOTHING,
		 "isolinux.cfg starts /\\x1b[m, which is not there"},
		{"/isolinux/isolinux.cfg", "LABEL a\nKERNEL /ipxe.lkrn\n", "/ipxe.lkrn",
		 "/other", BF_VERDICT_UNKNOWN, "ISOLINUX, with a menu"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct fixture f;
		make(&f, cases[i].path, bf_view(cases[i].text, strlen(cases[i].text)),
		     cases[i].kernel_path, cases[i].other_path);
		judge_usual(&f);
		assert_path(&f, false, cases[i].verdict, cases[i].says);
		assert_path(&f, true, cases[i].verdict, cases[i].says);
		done(&f);
	}
}

/* The largest configuration that is read, and one byte more. */
static void test_large_configuration(void **state)
{
	(void)state;
	static char config[BF_ISOLINUX_CONFIG_SIZE_MAX + 1];
	memset(config, '\n', sizeof(config));
	memcpy(config, usual, strlen(usual));
	for (size_t over = 0; over <= 1; over++) {
		struct fixture f;
		make(&f, "/isolinux/isolinux.cfg",
		     bf_view(config, BF_ISOLINUX_CONFIG_SIZE_MAX + over), "/ipxe.lkrn",
		     "/other");
		judge_usual(&f);
		assert_path(&f, false, over ? BF_VERDICT_UNKNOWN : BF_VERDICT_BOOTS,
			    over ? "ISOLINUX, whose configuration could not be read"
				 : good);
		done(&f);
	}
}

/* A bzImage runs on a BIOS, a PE does not: a kernel with an EFI stub is both. */
static void test_programs(void **state)
{
	(void)state;
	static const struct {
		struct bf_examined binary;
		enum bf_verdict verdict;
		const char *text;
	} cases[] = {
		{{.kind = BF_EXAMINED_OTHER,
		  .is_pe = true,
		  .is_bzimage = true,
		  .arch = "x86_64",
		  .name = "Linux kernel 6.1.0"},
		 BF_VERDICT_OTHER,
		 "Linux kernel 6.1.0"},
		{{.kind = BF_EXAMINED_OTHER, .is_bzimage = true, .arch = "bios"},
		 BF_VERDICT_OTHER,
		 "a program that is not iPXE"},
		{{.kind = BF_EXAMINED_OTHER, .is_pe = true, .arch = "x86_64"},
		 BF_VERDICT_NOTHING,
		 "/ipxe.lkrn is for x86_64"},
		{{.kind = BF_EXAMINED_DAMAGED, .arch = "", .problem = {"it ends early"}},
		 BF_VERDICT_NOTHING,
		 "/ipxe.lkrn is damaged: it ends early"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct fixture f;
		make_usual(&f);
		judge(&f, "/ipxe.lkrn", &cases[i].binary);
		assert_path(&f, false, cases[i].verdict, cases[i].text);
		done(&f);
	}
}

/* iPXE reads autoexec.ipxe from what UEFI started it from, of which a BIOS knows nothing. */
static void test_autoexec(void **state)
{
	(void)state;
	struct fixture f;
	make_usual(&f);
	f.report.autoexec.file =
		(const struct bf_scan_file[1]){{.path = "/autoexec.ipxe"}};
	judge_usual(&f);
	assert_path(&f, false, BF_VERDICT_BOOTS, good);
	done(&f);
}

/* What is loaded with iPXE is its script, unless the slot has one. */
static void test_initrd(void **state)
{
	(void)state;
	static const struct {
		const char
			*initrd; /* the sample has /other, and this as one of its files */
		enum bf_slot_state slot_state;
		enum bf_verdict verdict;
		const char *text;
	} cases[] = {
		{"/autoexec.ipxe", BF_SLOT_HANDOVER, BF_VERDICT_BOOTS,
		 "iPXE 1.2.3, runs autoexec.ipxe"},
		{"/AUTOEXEC.IPXE", BF_SLOT_NONE, BF_VERDICT_BOOTS,
		 "iPXE 1.2.3, runs autoexec.ipxe"},
		{"/autoexec.ipxe", BF_SLOT_FILLED, BF_VERDICT_BOOTS, good},
		{"/boot.ipxe", BF_SLOT_NONE, BF_VERDICT_BOOTS,
		 "iPXE 1.2.3, runs its initrd"},
		{"/boot.ipxe", BF_SLOT_HANDOVER, BF_VERDICT_BOOTS,
		 "iPXE 1.2.3, runs its initrd"},
		{"/gone", BF_SLOT_HANDOVER, BF_VERDICT_NOTHING,
		 "isolinux.cfg loads /gone, which is not there"},
		{NULL, BF_SLOT_HANDOVER, BF_VERDICT_BOOTS,
		 "iPXE 1.2.3, whose script, autoexec.ipxe, is missing"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct fixture f;
		char config[128];
		const char *name = cases[i].initrd ? cases[i].initrd : "/other";
		const struct bf_examined ipxe = {.kind = BF_EXAMINED_IPXE,
						 .is_bzimage = true,
						 .arch = "bios",
						 .ipxe = {.version = "1.2.3"},
						 .slot_state = cases[i].slot_state};
		snprintf(config, sizeof(config), "%s%s%s", usual,
			 cases[i].initrd ? "INITRD " : "",
			 cases[i].initrd ? cases[i].initrd : "");
		make(&f, "/isolinux/isolinux.cfg", bf_view(config, strlen(config)),
		     "/ipxe.lkrn", strcmp(name, "/gone") == 0 ? "/other" : name);
		judge(&f, "/ipxe.lkrn", &ipxe);
		assert_path(&f, false, cases[i].verdict, cases[i].text);
		done(&f);
	}
}

/* ---- What the BIOS starts ---- */

static size_t bios_of(const struct bf_buffer *iso)
{
	struct bf_iso_extent extent;
	assert_int_equal(bf_iso9660_find(bf_buffer_view(iso), "/isolinux/isolinux.bin",
					 &extent, NULL),
			 BF_OK);
	return (size_t)extent.offset;
}

/* One field broken: what a CD and what a stick with the image does. */
static void test_one_field(void **state)
{
	(void)state;
	enum { BOOT_RECORD = 17 * BF_ISO_BLOCK, MBR_LOADS = 432, MBR_SIGNATURE = 510 };
	struct fixture f;
	make_usual(&f);
	judge_usual(&f);
	size_t bios = bios_of(&f.iso);
	size_t entry = bf_le32(f.iso.data + BOOT_RECORD + 71) * (size_t)BF_ISO_BLOCK + 32;
	assert_path(&f, false, BF_VERDICT_BOOTS, good);
	assert_path(&f, true, BF_VERDICT_BOOTS, good);
	done(&f);
	const struct {
		size_t at;
		uint8_t byte;
		enum bf_verdict cd, usb;
		const char *cd_text, *usb_text;
	} cases[] = {
		{bios + NAME_AT, 'i', BF_VERDICT_UNKNOWN, BF_VERDICT_UNKNOWN,
		 "a boot loader that is not ISOLINUX",
		 "a boot loader that is not ISOLINUX"},
		{bios + 5000, 0xee, BF_VERDICT_NOTHING, BF_VERDICT_NOTHING,
		 "isolinux.bin has the checksum 0x", "isolinux.bin has the checksum 0x"},
		{bios + 12, 0xee, BF_VERDICT_NOTHING, BF_VERDICT_NOTHING,
		 "isolinux.bin believes to be at block ",
		 "isolinux.bin believes to be at block "},
		{entry + 11, 0x7f, BF_VERDICT_NOTHING, BF_VERDICT_UNKNOWN,
		 "the El Torito boot image at offset ",
		 "the master boot record's code is not isohybrid for this image"},
		{entry, 0, BF_VERDICT_NOTHING, BF_VERDICT_UNKNOWN,
		 "no El Torito entry for BIOS",
		 "whatever the master boot record's code starts"},
		{BOOT_RECORD + 7, 'e', BF_VERDICT_NOTHING, BF_VERDICT_UNKNOWN,
		 "no El Torito boot catalog",
		 "whatever the master boot record's code starts"},
		{MBR_LOADS, 1, BF_VERDICT_BOOTS, BF_VERDICT_UNKNOWN, good,
		 "the master boot record's code is not isohybrid for this image"},
		{MBR_SIGNATURE, 0, BF_VERDICT_BOOTS, BF_VERDICT_NOTHING, good,
		 "no master boot record"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		make_usual(&f);
		f.iso.data[cases[i].at] = cases[i].byte;
		judge_usual(&f);
		assert_path(&f, false, cases[i].cd, cases[i].cd_text);
		assert_path(&f, true, cases[i].usb, cases[i].usb_text);
		done(&f);
	}
}

static void test_no_boot_code(void **state)
{
	(void)state;
	struct fixture f;
	make_usual(&f);
	memset(f.iso.data, 0, BF_ISO_MBR_CODE_MAX);
	judge_usual(&f);
	assert_path(&f, false, BF_VERDICT_BOOTS, good);
	assert_path(&f, true, BF_VERDICT_NOTHING,
		    "no boot code in the master boot record");
	done(&f);
}

/* An image for UEFI alone has its entry where that of the BIOS would be. */
static void test_no_entry(void **state)
{
	(void)state;
	struct fixture f;
	make_usual(&f);
	judge_usual(&f);
	f.report.scan->eltorito.entries[0].platform_id = BF_ELTORITO_UEFI;
	f.report.n_boot_paths = 0;
	assert_int_equal(bf_judge_boot_paths(&f.report), BF_OK);
	assert_path(&f, false, BF_VERDICT_NOTHING, "no El Torito entry for BIOS");
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_configurations),
		cmocka_unit_test(test_large_configuration),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_autoexec),
		cmocka_unit_test(test_initrd),
		cmocka_unit_test(test_one_field),
		cmocka_unit_test(test_no_boot_code),
		cmocka_unit_test(test_no_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
