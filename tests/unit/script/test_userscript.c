/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/userscript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "guard.h"

/* Text with its size, since there may be a NUL in it. */
#define TEXT(literal) literal, sizeof(literal) - 1

static int convert(const char *text, size_t size, struct bf_buffer *ret,
		   struct bf_error *error)
{
	struct guard guard = guard_copy(text, size);
	int err = bf_userscript_convert(bf_view(guard.data, size), ret, error);
	guard_free(&guard);
	return err;
}

static void test_converted(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		const char *body;
	} cases[] = {
		{TEXT("#!ipxe\ndhcp\nshell\n"), "dhcp\nshell\n"},
		{TEXT("dhcp\nshell\n"), "dhcp\nshell\n"},
		{TEXT("dhcp"), "dhcp\n"},
		{TEXT("#!ipxe\r\ndhcp\r\n\r\nshell"), "dhcp\n\nshell\n"},
		{TEXT("dhcp\r\nshell\n"), "dhcp\nshell\n"},
		{TEXT("#!ipxe \t\ndhcp\n"), "dhcp\n"},
		{TEXT("#!ipxe-like\ndhcp\n"), "#!ipxe-like\ndhcp\n"},
		{TEXT("\n\ndhcp\n\n"), "\n\ndhcp\n\n"},
		{TEXT("echo #!ipxe\n"), "echo #!ipxe\n"},
		/* A slot's script with the marker left in is no second slot. */
		{TEXT("#!ipxe\n#boots-from-slot v1\ndhcp\n"),
		 "#boots-from-slot v1\ndhcp\n"},
		{TEXT("echo #!ipxe\n#boots-from-slots\n"),
		 "echo #!ipxe\n#boots-from-slots\n"},
		{TEXT("echo #!ipxe\n\n#boots-from-slot \n"),
		 "echo #!ipxe\n\n#boots-from-slot \n"},
		{TEXT("menu \\\n\ttwo lines\x1b[0m~\n"),
		 "menu \\\n\ttwo lines\x1b[0m~\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_error error = {"no error text"};
		bf_cleanup(bf_buffer_free) struct bf_buffer body = {0};
		if (convert(cases[i].text, cases[i].size, &body, &error))
			fail_msg("%zu: %s", i, error.text);
		assert_int_equal(body.size, strlen(cases[i].body));
		assert_memory_equal(body.data, cases[i].body, body.size);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		const char *words;
	} cases[] = {
		{TEXT("echo caf\xc3\xa9\n"), "line 1, column 9: the byte \\xc3 is not"},
		{TEXT("#!ipxe\r\ndhcp\r\n\x80"), "line 3, column 1: the byte \\x80"},
		{TEXT("\xef\xbb\xbf#!ipxe\n"),
		 "line 1, column 1: the byte \\xef is not ASCII, "
		 "which is all that iPXE takes; a byte order mark?"},
		{TEXT("dhcp\nshell\xff"), "line 2, column 6"},
		{TEXT("dhcp\0"), "line 1, column 5: a NUL"},
		{TEXT("\0"), "line 1, column 1: a NUL"},
		{TEXT("a\rb\n"), "line 1, column 2: a carriage return"},
		{TEXT("a\r\r\n"), "line 1, column 2: a carriage return"},
		{TEXT("\n#!ipxe\ndhcp\n"), "line 2, column 1: #!ipxe"},
		{TEXT(" #!ipxe\ndhcp\n"), "line 1, column 2: #!ipxe"},
		{TEXT("#!ipxe\ndhcp\n#!ipxe"), "line 3, column 1: #!ipxe"},
		{TEXT("dhcp\necho #!ipxe\n#boots-from-slot v1\nshell\n"),
		 "line 3: '#boots-from-slot ' behind a line that ends in #!ipxe"},
		{TEXT("echo #!ipxe\r\n#boots-from-slot "), "line 2: '#boots-from-slot '"},
		{TEXT("#!/bin/sh\n"), "line 1: a script for another interpreter"},
		{TEXT(""), "empty"},
		{TEXT("\n \t\r\n"), "empty"},
		{TEXT("#!ipxe"), "empty"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_error error = {"no error text"};
		bf_cleanup(bf_buffer_free) struct bf_buffer body = {0};
		int err = convert(cases[i].text, cases[i].size, &body, &error);
		if (err != BF_ERR_INPUT || !strstr(error.text, cases[i].words))
			fail_msg("'%s': %d, %s", cases[i].words, err, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_converted),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
