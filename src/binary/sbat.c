/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/sbat.h"

#include <string.h>

/*
 * What shim 16.1 writes into the machine by itself, its level of 2025-02-18. Levels only
 * rise, so that what is below it stays revoked.
 */
static const struct bf_sbat_entry required[] = {{"shim", 4}, {"grub", 5}};

static bool is_end(uint8_t byte)
{
	return byte == '\n' || byte == '\r' || byte == '\0';
}

/* The field up to the comma or the line's end, and its length. */
static size_t field_length(struct bf_view text)
{
	size_t length = 0;
	while (length < text.size && text.data[length] != ',' &&
	       !is_end(text.data[length]))
		length++;
	return length;
}

static bool take_component(struct bf_view field, char ret[BF_SBAT_COMPONENT_SIZE])
{
	if (field.size == 0 || field.size >= BF_SBAT_COMPONENT_SIZE)
		return false;
	for (size_t i = 0; i < field.size; i++)
		if (field.data[i] <= ' ' || field.data[i] > '~')
			return false;
	memcpy(ret, field.data, field.size);
	ret[field.size] = '\0';
	return true;
}

static bool take_generation(struct bf_view field, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < field.size; i++) {
		uint8_t digit = field.data[i];
		if (digit < '0' || digit > '9' || *ret > BF_SBAT_GENERATION_MAX)
			return false;
		*ret = *ret * 10 + (unsigned)(digit - '0');
	}
	return *ret > 0 && *ret <= BF_SBAT_GENERATION_MAX;
}

/* component,generation and more that is for people */
static bool take_line(struct bf_view line, struct bf_sbat_entry *ret)
{
	size_t length = field_length(line);
	if (length == line.size ||
	    !take_component(bf_view_part(line, 0, length), ret->component))
		return false;
	line = bf_view_part(line, length + 1, line.size - length - 1);
	return take_generation(bf_view_part(line, 0, field_length(line)),
			       &ret->generation);
}

void bf_sbat_read(const struct bf_pe *pe, struct bf_sbat *ret)
{
	struct bf_view text;
	*ret = (struct bf_sbat){.n = 0};
	if (!bf_pe_find_section(pe, ".sbat", &text))
		return;
	while (text.size && *text.data && ret->n < BF_SBAT_ENTRIES_MAX) {
		size_t length = 0;
		while (length < text.size && !is_end(text.data[length]))
			length++;
		if (take_line(bf_view_part(text, 0, length), &ret->entries[ret->n]))
			ret->n++;
		length += length < text.size && text.data[length];
		text = bf_view_part(text, length, text.size - length);
	}
}

unsigned bf_sbat_required(const char *component)
{
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (strcmp(required[i].component, component) == 0)
			return required[i].generation;
	return 0;
}

const struct bf_sbat_entry *bf_sbat_find_revoked(const struct bf_sbat *sbat)
{
	for (size_t i = 0; i < sbat->n; i++)
		if (sbat->entries[i].generation <
		    bf_sbat_required(sbat->entries[i].component))
			return &sbat->entries[i];
	return NULL;
}
