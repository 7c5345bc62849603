/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/arch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "binary/pe.h"

static void test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BF_ARCH_COUNT; i++) {
		const char *name = bf_arch_name((enum bf_arch)i);
		assert_int_equal(bf_arch_from_name(bf_view(name, strlen(name))), i);
		assert_int_equal(bf_arch_from_name(bf_view(name, strlen(name) - 1)),
				 BF_ARCH_COUNT);
	}
	assert_int_equal(bf_arch_from_name(bf_view("i386", 4)), BF_ARCH_COUNT);
}

/* What other people call them, in any case. */
static void test_aliases(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum bf_arch arch;
	} rows[] = {
		{"amd64", BF_ARCH_X86_64},    {"AMD64", BF_ARCH_X86_64},
		{"x64", BF_ARCH_X86_64},      {"x86-64", BF_ARCH_X86_64},
		{"aarch64", BF_ARCH_ARM64},   {"ARM64", BF_ARCH_ARM64},
		{"pcbios", BF_ARCH_BIOS},     {"i386-pc", BF_ARCH_BIOS},
		{"x86", BF_ARCH_COUNT},       {"", BF_ARCH_COUNT},
		{"amd64 x64", BF_ARCH_COUNT},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			bf_arch_from_name(bf_view(rows[i].name, strlen(rows[i].name))),
			rows[i].arch);
}

static void test_lists(void **state)
{
	(void)state;
	char list[BF_ARCH_LIST_SIZE];
	assert_string_equal(bf_arch_list(BF_ARCH_ALL, list),
			    "bios, x86_64, arm64, riscv64");
	assert_string_equal(
		bf_arch_list_spelled(BF_ARCH_ALL & ~BF_ARCH_BIOS_ONLY, " and ", list),
		"x86-64, arm64 and riscv64");
	assert_string_equal(bf_arch_list(0, list), "");
	assert_int_equal(bf_arch_defaults(),
			 BF_ARCH_BIOS_ONLY | 1u << BF_ARCH_X86_64 | 1u << BF_ARCH_ARM64);
}

static void test_machines(void **state)
{
	(void)state;
	static const struct {
		uint16_t machine;
		enum bf_arch arch;
		const char *path;
	} rows[] = {
		{BF_PE_MACHINE_AMD64, BF_ARCH_X86_64, "/EFI/BOOT/BOOTX64.EFI"},
		{BF_PE_MACHINE_ARM64, BF_ARCH_ARM64, "/EFI/BOOT/BOOTAA64.EFI"},
		{BF_PE_MACHINE_RISCV64, BF_ARCH_RISCV64, "/EFI/BOOT/BOOTRISCV64.EFI"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(bf_arch_from_machine(rows[i].machine), rows[i].arch);
		assert_string_equal(bf_arch_efi_path(rows[i].arch), rows[i].path);
	}
	assert_null(bf_arch_efi_path(BF_ARCH_BIOS));
	assert_int_equal(bf_arch_from_machine(BF_PE_MACHINE_LOONGARCH64), BF_ARCH_COUNT);
	assert_int_equal(bf_arch_from_machine(0), BF_ARCH_COUNT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_machines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
