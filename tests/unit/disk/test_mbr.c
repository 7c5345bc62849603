#include "disk/mbr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "judge.h"

enum { SECTORS_PER_MIB = 2048 };

static void test_every_field(void **state)
{
	(void)state;
	uint8_t code[BF_MBR_CODE_MAX], out[BF_MBR_SIZE];
	memset(code, 0x90, sizeof(code));
	const struct bf_mbr mbr = {
		.code = bf_view(code, sizeof(code)),
		.loaded_sector = 0x11223344,
		.disk_signature = 0x55667788,
		.partitions = {{true, BF_MBR_NO_TYPE, 0, 3 * SECTORS_PER_MIB},
			       {false, BF_MBR_EFI_SYSTEM, 1200, 4212}},
	};
	static const uint8_t wanted[] = {
		/* 432: the sector to load, the disk signature */
		0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0, 0,
		/* head 0, sector 1, cylinder 0 to head 63, sector 32, cylinder 2 */
		0x80, 0x00, 0x01, 0x00, 0x00, 0x3f, 0x20, 0x02, 0, 0, 0, 0, 0x00, 0x18, 0,
		0,
		/* head 37, sector 17, cylinder 0 to head 41, sector 4, cylinder 2 */
		0x00, 0x25, 0x11, 0x00, 0xef, 0x29, 0x04, 0x02, 0xb0, 0x04, 0, 0, 0x74,
		0x10, 0, 0};
	memset(out, 0xff, sizeof(out));
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out, code, sizeof(code));
	assert_memory_equal(out + 432, wanted, sizeof(wanted));
	for (size_t i = 432 + sizeof(wanted); i < 510; i++)
		assert_int_equal(out[i], 0);
	assert_memory_equal(out + 510, "\x55\xaa", 2);
}

static void test_no_code(void **state)
{
	(void)state;
	uint8_t out[BF_MBR_SIZE];
	const struct bf_mbr mbr = {.loaded_sector = 5};
	bf_mbr_put(&mbr, out);
	for (size_t i = 0; i < 510; i++)
		assert_int_equal(out[i], 0);
}

/* UEFI 2.10, table 5.4. */
static void test_protective(void **state)
{
	(void)state;
	static const uint8_t wanted[16] = {0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff,
					   1, 0, 0, 0, 0xff, 0x17, 0,    0};
	uint8_t out[BF_MBR_SIZE];
	const struct bf_mbr mbr = {
		.partitions = {{false, BF_MBR_GPT_PROTECTIVE, 1, 6143}}};
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out + 446, wanted, sizeof(wanted));
}

/* Cylinder 1023 is the last one there is a number for. */
static void test_beyond_the_last_cylinder(void **state)
{
	(void)state;
	uint8_t out[BF_MBR_SIZE];
	struct bf_mbr mbr = {
		.partitions = {{false, BF_MBR_NO_TYPE, 0, 1024 * SECTORS_PER_MIB}}};
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out + 446 + 5, "\x3f\xe0\xff", 3);
	mbr.partitions[0].n_sectors++;
	bf_mbr_put(&mbr, out);
	assert_memory_equal(out + 446 + 5, "\xfe\xff\xff", 3);
}

/* fdisk reads what we wrote. */
static void test_judged_by_fdisk(void **state)
{
	(void)state;
	uint8_t out[BF_MBR_SIZE];
	struct judge *judge = judge_new();
	const struct bf_mbr mbr = {
		.disk_signature = 0x12345678,
		.partitions = {{true, BF_MBR_HIDDEN_NTFS, 64, 100},
			       {false, BF_MBR_EFI_SYSTEM, 2048, 4096}},
	};
	bf_mbr_put(&mbr, out);
	const struct bf_piece piece = {0, bf_view(out, sizeof(out))};
	judge_write(judge, "disk", &piece, 1, 8 << 20);
	assert_int_equal(judge_run(judge, "sfdisk --dump disk && sfdisk --verify disk"),
			 0);
	static const char *const wanted[] = {
		"label: dos", "label-id: 0x12345678",
		"disk1 : start=          64, size=         100, type=17, bootable",
		"disk2 : start=        2048, size=        4096, type=ef\n",
		"No errors detected."};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(judge->output, wanted[i]))
			fail_msg("no '%s' in\n%s", wanted[i], judge->output);
	judge_free(judge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_no_code),
		cmocka_unit_test(test_protective),
		cmocka_unit_test(test_beyond_the_last_cylinder),
		cmocka_unit_test(test_judged_by_fdisk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
