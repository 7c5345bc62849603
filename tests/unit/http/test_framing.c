/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct field {
	const char *name, *value;
};

static const char *judge(const char *version, const struct field *fields)
{
	struct bf_framing framing = {0};
	for (; fields->name; fields++)
		bf_framing_add(&framing, fields->name, fields->value);
	return bf_framing_problem(&framing, version);
}

static void test_good(void **state)
{
	(void)state;
	static const struct {
		const char *version;
		struct field fields[4];
	} cases[] = {
		{"HTTP/1.1", {{"Host", "a"}}},
		{"HTTP/1.1", {{"host", "192.0.2.1:8080"}}},
		{"HTTP/1.1", {{"HOST", "[2001:db8::1]:80"}}},
		{"HTTP/1.1", {{"Host", ""}}},
		{"HTTP/1.1", {{"Host", "a \t"}}},
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "0"}}},
		{"HTTP/1.1", {{"Host", "a"}, {"content-length", "18446744073709551615"}}},
		{"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "chunked"}}},
		{"HTTP/1.1", {{"Host", "a"}, {"TRANSFER-ENCODING", "Chunked"}}},
		{"HTTP/1.1", {{"Host", "a"}, {"Range", "bytes=0-1"}, {"Range", ""}}},
		{"HTTP/1.1", {{"Host", "a"}, {"X-Host", "b"}, {"Content", "-"}}},
		{"HTTP/1.2", {{"Host", "a"}}},
		{"HTTP/1.0", {{NULL, NULL}}},
		{"HTTP/1.0", {{"Host", "a"}, {"Content-Length", "7"}}},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_null(judge(cases[i].version, cases[i].fields));
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *version;
		struct field fields[4];
		const char *words;
	} cases[] = {
		{"HTTP/1.1", {{NULL, NULL}}, "Host is missing"},
		{"HTTP/1.1", {{"Host", "a"}, {"Host", "a"}}, "Host is there twice"},
		{"HTTP/1.0", {{"Host", "a"}, {"host", "b"}}, "Host is there twice"},
		{"HTTP/1.1", {{"Host", "a b"}}, "Host is malformed"},
		{"HTTP/1.1", {{"Host", "a/b"}}, "Host is malformed"},
		{"HTTP/1.1", {{"Host", "user@a"}}, "Host is malformed"},
		{"HTTP/1.1",
		 {{"Host", "a"}, {"Content-Length", "3"}, {"Content-Length", "4"}},
		 "Content-Length is there twice"},
		{"HTTP/1.1",
		 {{"Host", "a"}, {"Content-Length", "3"}, {"content-length", "3"}},
		 "Content-Length is there twice"},
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "3, 3"}}, "no number"},
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "+3"}}, "no number"},
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length", "0x3"}}, "no number"},
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length", ""}}, "no number"},
		{"HTTP/1.1",
		 {{"Host", "a"},
		  {"Content-Length", "3"},
		  {"Transfer-Encoding", "chunked"}},
		 "exclude each other"},
		{"HTTP/1.1",
		 {{"Host", "a"},
		  {"Transfer-Encoding", "chunked"},
		  {"Content-Length", "3"}},
		 "exclude each other"},
		{"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", "gzip"}}, "chunked"},
		{"HTTP/1.1",
		 {{"Host", "a"}, {"Transfer-Encoding", "identity"}},
		 "chunked"},
		{"HTTP/1.1", {{"Host", "a"}, {"Transfer-Encoding", ""}}, "chunked"},
		{"HTTP/1.1",
		 {{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}},
		 "chunked"},
		/* libmicrohttpd does not see this one as chunked. */
		{"HTTP/1.1",
		 {{"Host", "a"}, {"Transfer-Encoding", "chunked "}},
		 "chunked"},
		{"HTTP/1.1",
		 {{"Host", "a"},
		  {"Transfer-Encoding", "chunked"},
		  {"Transfer-Encoding", "chunked"}},
		 "Transfer-Encoding is there twice"},
		{"HTTP/1.0", {{"Transfer-Encoding", "chunked"}}, "HTTP/1.0"},
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length ", "3"}}, "malformed"},
		{"HTTP/1.1", {{"Host", "a"}, {"X\tY", "3"}}, "malformed"},
		{"HTTP/1.1", {{"Host", "a"}, {"", "3"}}, "malformed"},
		{"HTTP/1.1", {{"Host", "a"}, {"X\x80", "3"}}, "malformed"},
		/* A folded line, as libmicrohttpd hands it on. */
		{"HTTP/1.1", {{"Host", "a"}, {"Content-Length4", "3"}}, "malformed"},
		{"HTTP/1.1",
		 {{"Host", "a"}, {"transfer-encodingchunked", ""}},
		 "malformed"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *problem = judge(cases[i].version, cases[i].fields);
		assert_non_null(problem);
		if (!strstr(problem, cases[i].words))
			fail_msg("case %zu: %s", i, problem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
