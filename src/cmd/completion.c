/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/completion.h"

#include <string.h>

static const struct {
	const char *name;
	void (*print)(FILE *out);
} shells[] = {
	{"bash", bf_completion_print_bash},
	{"zsh", bf_completion_print_zsh},
	{"fish", bf_completion_print_fish},
};

enum { N_SHELLS = sizeof(shells) / sizeof(shells[0]) };

const char *bf_completion_shell(size_t index)
{
	return index < N_SHELLS ? shells[index].name : NULL;
}

bool bf_completion_print(const char *shell, FILE *out)
{
	for (size_t i = 0; i < N_SHELLS; i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].print(out);
			return true;
		}
	return false;
}

bool bf_completion_is_first(const struct bf_option *option)
{
	const struct bf_option *row = bf_options;
	while (strcmp(row->name, option->name) != 0)
		row++;
	return row == option;
}

size_t bf_completion_print_options(FILE *out, enum bf_value value, const char *separator)
{
	size_t n = 0;
	for (size_t i = 0; i < bf_n_options; i++) {
		const struct bf_option *option = &bf_options[i];
		if (!option->argument || option->value != value ||
		    !bf_completion_is_first(option))
			continue;
		if (option->letter)
			fprintf(out, "%s-%c", n++ ? separator : "", option->letter);
		fprintf(out, "%s--%s", n++ ? separator : "", option->name);
	}
	return n;
}

void bf_completion_print_words(FILE *out, bf_option_words *words, const char *separator)
{
	for (size_t i = 0; words(i); i++)
		fprintf(out, "%s%s", i ? separator : "", words(i));
}
