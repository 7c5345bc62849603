/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bf_error_set(struct bf_error *error, const char *format, ...)
{
	if (!error)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
}

void bf_error_prefix(struct bf_error *error, const char *format, ...)
{
	if (!error)
		return;
	struct bf_error inner = *error;
	va_list args;
	va_start(args, format);
	int length = vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length + 3 >= sizeof(error->text))
		return;
	size_t room = sizeof(error->text) - (size_t)length;
	snprintf(error->text + length, room, ": %.*s", (int)room - 3, inner.text);
}

const char *bf_printable(const char *text, char *out, unsigned long size)
{
	static const char hex[] = "0123456789abcdef";
	static const char cut[] = "...";
	unsigned long used = 0;

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		unsigned long need = byte >= 0x20 && byte <= 0x7e ? 1 : 4;
		if (used + need + sizeof(cut) > size) {
			memcpy(out + used, cut, sizeof(cut) - 1);
			used += sizeof(cut) - 1;
			break;
		}
		if (need == 1) {
			out[used++] = (char)byte;
			continue;
		}
		out[used++] = '\\';
		out[used++] = 'x';
		out[used++] = hex[byte >> 4];
		out[used++] = hex[byte & 15];
	}
	out[used] = '\0';
	return out;
}
