/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/secure_boot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

#define GOOD(who)                                                                        \
	{                                                                                \
		.state = BF_SIGNATURE_GOOD, .signer = who                                \
	}
#define ISSUED(who, by)                                                                  \
	{                                                                                \
		.state = BF_SIGNATURE_GOOD, .signer = who, .issuers = {by},              \
		.n_issuers = 1                                                           \
	}
#define BROKEN                                                                           \
	{                                                                                \
		.state = BF_SIGNATURE_BROKEN, .problem = "it is of other bytes"          \
	}
#define UNKNOWN                                                                          \
	{                                                                                \
		.state = BF_SIGNATURE_UNKNOWN, .problem = "it is of type 0x0001"         \
	}

/* What firmware starts, and what a shim starts: not both are always used. */
struct programs {
	struct bf_inspect_program first, second;
	struct bf_boot_path path;
};

static struct programs *programs_new(void)
{
	static const struct bf_sbat shim = {{{"sbat", 1}, {"shim", 4}}, 2};
	static const struct bf_sbat ipxe = {{{"sbat", 1}, {"ipxe", 1}}, 2};
	struct programs *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	p->first.binary.sbat = shim;
	strcpy(p->first.binary.shim.loader, "grubx64.efi");
	p->second.binary.sbat = ipxe;
	p->path.arch = BF_ARCH_X86_64;
	p->path.first = p->path.program = &p->first;
	return p;
}

static void set_signatures(struct bf_examined *binary, const struct bf_signature *all,
			   size_t n)
{
	memcpy(binary->signatures.all, all, n * sizeof(*all));
	binary->signatures.n = n;
}

static void assert_verdict(struct programs *p, enum bf_secure_verdict verdict,
			   const char *text)
{
	bf_judge_secure_boot(&p->path);
	assert_string_equal(p->path.secure_text, text);
	assert_int_equal(p->path.secure_verdict, verdict);
}

/* A program by itself, whatever it is. */
static const struct {
	struct bf_signature all[3];
	size_t n;
	const char *problem; /* of the table */
	enum bf_secure_verdict verdict;
	const char *text;
} cases[] = {
	{{{0}}, 0, "", BF_SECURE_UNSIGNED, "not signed"},
	{{GOOD("CN=Own")}, 1, "", BF_SECURE_ENROLLED, "if CN=Own is enrolled"},
	{{ISSUED("CN=Own", "CN=Root")},
	 1,
	 "",
	 BF_SECURE_ENROLLED,
	 "if CN=Own or its issuer CN=Root is enrolled"},
	{{ISSUED("CN=A", "CN=B"), GOOD("O=C")},
	 2,
	 "",
	 BF_SECURE_ENROLLED,
	 "if CN=A or its issuer CN=B, or O=C is enrolled"},
	/* One is enough, wherever it stands. */
	{{BROKEN, GOOD("CN=Own"), UNKNOWN},
	 3,
	 "",
	 BF_SECURE_ENROLLED,
	 "if CN=Own is enrolled"},
	{{BROKEN}, 1, "", BF_SECURE_BROKEN, "signature broken: it is of other bytes"},
	{{UNKNOWN, BROKEN},
	 2,
	 "",
	 BF_SECURE_BROKEN,
	 "signature broken: it is of other bytes"},
	{{UNKNOWN}, 1, "", BF_SECURE_UNKNOWN, "signature unknown: it is of type 0x0001"},
	{{{0}},
	 0,
	 "it does not fit",
	 BF_SECURE_BROKEN,
	 "signature broken: it does not fit"},
};

static void test_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct programs *p = programs_new();
		set_signatures(&p->first.binary, cases[i].all, cases[i].n);
		strcpy(p->first.binary.signatures.problem.text, cases[i].problem);
		assert_verdict(p, cases[i].verdict, cases[i].text);
		free(p);
	}
}

/* The same of what a shim starts, if the firmware starts the shim. */
static void test_behind_shim(void **state)
{
	(void)state;
	static const struct bf_signature microsoft = GOOD("CN=Microsoft"),
					 broken = BROKEN;
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct programs *p = programs_new();
		char text[256];
		p->first.binary.is_shim = true;
		p->path.program = &p->second;
		set_signatures(&p->second.binary, cases[i].all, cases[i].n);
		strcpy(p->second.binary.signatures.problem.text, cases[i].problem);
		assert_verdict(p, BF_SECURE_UNSIGNED, "not signed");
		set_signatures(&p->first.binary, &broken, 1);
		assert_verdict(p, BF_SECURE_BROKEN,
			       "signature broken: it is of other bytes");
		set_signatures(&p->first.binary, &microsoft, 1);
		snprintf(text, sizeof(text),
			 "if CN=Microsoft is enrolled; grubx64.efi by shim %s",
			 cases[i].text);
		assert_verdict(p, cases[i].verdict, text);
		free(p);
	}
}

static void test_generations(void **state)
{
	(void)state;
	static const struct bf_signature good = GOOD("CN=A");
	struct programs *p = programs_new();
	set_signatures(&p->first.binary, &good, 1);
	set_signatures(&p->second.binary, &good, 1);
	/* Firmware does not ask for them. */
	p->first.binary.sbat.entries[1].generation = 3;
	assert_verdict(p, BF_SECURE_ENROLLED, "if CN=A is enrolled");
	p->first.binary.is_shim = true;
	assert_verdict(p, BF_SECURE_REVOKED,
		       "if CN=A is enrolled; revoked: shim has SBAT generation 3, a "
		       "current shim wants 4");
	p->first.binary.sbat.n = 0;
	assert_verdict(p, BF_SECURE_REVOKED,
		       "if CN=A is enrolled; revoked: it has no SBAT generations");
	p->first.binary.sbat.n = 2;
	p->first.binary.sbat.entries[1].generation = 4;
	p->path.program = &p->second;
	p->second.binary.sbat.n = 0;
	assert_verdict(p, BF_SECURE_REVOKED,
		       "if CN=A is enrolled; grubx64.efi by shim not: it has no SBAT "
		       "generations");
	p->second.binary.sbat =
		(struct bf_sbat){{{"sbat", 1}, {"grub", 4}, {"grub.debian", 4}}, 3};
	assert_verdict(p, BF_SECURE_REVOKED,
		       "if CN=A is enrolled; grubx64.efi by shim not: grub has SBAT "
		       "generation 4, a current shim wants 5");
	free(p);
}

/* Where nothing is started, or not by UEFI, there is no question. */
static void test_no_question(void **state)
{
	(void)state;
	struct programs *p = programs_new();
	p->path.verdict = BF_VERDICT_NOTHING;
	assert_verdict(p, BF_SECURE_NONE, "");
	p->path.verdict = BF_VERDICT_OTHER;
	assert_verdict(p, BF_SECURE_UNSIGNED, "not signed");
	p->path.arch = BF_ARCH_BIOS;
	assert_verdict(p, BF_SECURE_NONE, "");
	p->path.arch = BF_ARCH_ARM64;
	p->path.first = NULL;
	assert_verdict(p, BF_SECURE_NONE, "");
	free(p);
}

/* However long names are, and however many, there is an end. */
static void test_long_names(void **state)
{
	(void)state;
	struct programs *p = programs_new();
	struct bf_signature *all = p->first.binary.signatures.all;
	for (size_t i = 0; i < BF_SIGNATURES_MAX; i++) {
		memset(all[i].signer, 's', sizeof(all[i].signer) - 1);
		memset(all[i].issuers[0], 'i', sizeof(all[i].issuers[0]) - 1);
		all[i].n_issuers = 1;
	}
	p->first.binary.signatures.n = BF_SIGNATURES_MAX;
	bf_judge_secure_boot(&p->path);
	assert_int_equal(p->path.secure_verdict, BF_SECURE_ENROLLED);
	assert_int_equal(strlen(p->path.secure_text), sizeof(p->path.secure_text) - 1);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures),  cmocka_unit_test(test_behind_shim),
		cmocka_unit_test(test_generations), cmocka_unit_test(test_no_question),
		cmocka_unit_test(test_long_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
