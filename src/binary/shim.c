/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/shim.h"

#include <string.h>

/* How the names of UEFI's architectures end (UEFI 2.10, 3.5.1.1, in lower case). */
static const char *const suffixes[] = {"x64",         "aa64", "riscv64",
				       "loongarch64", "ia32", "arm"};

/* Names in a shim that are not of what it starts. */
static const char *const addons[] = {"shim_certificate", "revocations"};

/* A file name in UTF-16, NUL-terminated: [start, start + 2 * length) without backslashes. */
struct name {
	size_t start, length;
	bool has_backslash;
};

static uint16_t unit(struct bf_view bytes, size_t at)
{
	return bf_le16(bytes.data + at);
}

static bool is_in_name(uint16_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
}

/*
 * Go back from a name's end to where it starts. It is one only if nothing that could be read
 * stands before it and its backslashes: no text, and no folder.
 */
static bool find_start(struct bf_view bytes, size_t end, struct name *ret)
{
	size_t at = end;
	while (at >= 2 && is_in_name(unit(bytes, at - 2)))
		at -= 2;
	ret->start = at;
	ret->length = (end - at) / 2;
	while (at >= 2 && unit(bytes, at - 2) == '\\')
		at -= 2;
	ret->has_backslash = at < ret->start;
	uint16_t before = at >= 2 ? unit(bytes, at - 2) : 0;
	return ret->length < BF_SHIM_NAME_SIZE && (before < ' ' || before > '~');
}

static void copy_name(struct bf_view bytes, const struct name *name,
		      char ret[BF_SHIM_NAME_SIZE])
{
	for (size_t i = 0; i < name->length; i++)
		ret[i] = (char)bytes.data[name->start + 2 * i];
	ret[name->length] = '\0';
}

/* "mm" with an architecture, or what it was called before there were several. */
static bool is_companion(const char *name, const char *prefix, const char *old)
{
	size_t length = strlen(prefix);
	if (strcmp(name, old) == 0)
		return true;
	if (strncmp(name, prefix, length) != 0)
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t suffix_length = strlen(suffixes[i]);
		if (strncmp(name + length, suffixes[i], suffix_length) == 0 &&
		    strcmp(name + length + suffix_length, ".efi") == 0)
			return true;
	}
	return false;
}

static bool is_addon(const char *name)
{
	for (size_t i = 0; i < sizeof(addons) / sizeof(addons[0]); i++)
		if (strncmp(name, addons[i], strlen(addons[i])) == 0)
			return true;
	return false;
}

/* What could be the loader's name: those with a backslash, as it was always written, first. */
struct candidates {
	char with[BF_SHIM_NAME_SIZE], without[BF_SHIM_NAME_SIZE];
	bool has_many_with, has_many_without;
};

static void note(char place[BF_SHIM_NAME_SIZE], bool *has_many, const char *name)
{
	if (!place[0])
		strcpy(place, name);
	else if (strcmp(place, name) != 0)
		*has_many = true;
}

static void take_name(const char *name, bool has_backslash, struct candidates *candidates,
		      struct bf_shim *ret)
{
	if (is_companion(name, "mm", "MokManager.efi"))
		strcpy(ret->mok_manager, name);
	else if (is_companion(name, "fb", "fallback.efi"))
		strcpy(ret->fallback, name);
	else if (is_addon(name))
		return;
	else if (has_backslash)
		note(candidates->with, &candidates->has_many_with, name);
	else
		note(candidates->without, &candidates->has_many_without, name);
}

static void settle_loader(const struct candidates *candidates, struct bf_shim *ret)
{
	if (candidates->with[0] && !candidates->has_many_with)
		strcpy(ret->loader, candidates->with);
	else if (!candidates->with[0] && !candidates->has_many_without)
		strcpy(ret->loader, candidates->without);
}

bool bf_shim_read(const struct bf_pe *pe, struct bf_shim *ret)
{
	static const uint8_t ending[] = {'.', 0, 'e', 0, 'f', 0, 'i', 0, 0, 0};
	struct candidates candidates = {.has_many_with = false};
	struct bf_view certificate;
	size_t at = 0;
	*ret = (struct bf_shim){.loader = ""};
	if (!bf_pe_find_section(pe, ".vendor_cert", &certificate))
		return false;
	for (; bf_view_find(pe->file, at, bf_view(ending, sizeof(ending)), &at); at++) {
		char text[BF_SHIM_NAME_SIZE];
		struct name name;
		if (!find_start(pe->file, at + sizeof(ending) - 2, &name))
			continue;
		copy_name(pe->file, &name, text);
		take_name(text, name.has_backslash, &candidates, ret);
	}
	settle_loader(&candidates, ret);
	return true;
}

bool bf_shim_is_mok_manager(const struct bf_pe *pe)
{
	static const char line[] = "Enroll MOK";
	uint8_t units[2 * (sizeof(line) - 1)] = {0};
	size_t at;
	struct bf_shim shim;
	for (size_t i = 0; i < sizeof(line) - 1; i++)
		units[2 * i] = (uint8_t)line[i];
	return bf_view_find(pe->file, 0, bf_view(units, sizeof(units)), &at) &&
	       !bf_shim_read(pe, &shim);
}
