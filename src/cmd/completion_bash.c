/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/completion.h"

/* Where a file or a folder belongs, readline does what it does without us. */
static const char helpers[] =
	"# Completes the words of boots-from; made by boots-from completion bash.\n"
	"\n"
	"_boots_from_words() {\n"
	"	local IFS=$' \\t\\n'\n"
	"	mapfile -t COMPREPLY < <(compgen -W \"$*\" -- \"$cur\")\n"
	"}\n"
	"\n"
	"# Those that are not in the list yet.\n"
	"_boots_from_list() {\n"
	"	local IFS=$' \\t\\n' before=${cur%\"${cur##*,}\"} left='' word\n"
	"	for word; do\n"
	"		[[ ,$before == *,\"$word\",* ]] || left+=\" $word\"\n"
	"	done\n"
	"	mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$left\" -- "
	"\"${cur##*,}\")\n"
	"	compopt -o nospace\n"
	"}\n"
	"\n"
	"_boots_from() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	local command='' operands=0 i\n"
	"	COMPREPLY=()\n"
	"	# For readline --option=value is three words.\n"
	"	if [[ $cur == = ]]; then\n"
	"		cur=\n"
	"	elif [[ $prev == = ]]; then\n"
	"		prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"	fi\n";

/* Behind the options that have a value. */
static const char count_operands[] =
	")\n"
	"			[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))\n"
	"			((i++))\n"
	"			;;\n"
	"		-*) ;;\n"
	"		*) ((operands++)) ;;\n"
	"		esac\n"
	"	done\n"
	"	case $command:$operands in\n";

static void print_case(FILE *out, enum bf_value value, const char *action)
{
	fputs("	", out);
	if (bf_completion_print_options(out, value, " | "))
		fprintf(out,
			")\n		%s\n		return\n		;;\n",
			action);
}

static void print_values(FILE *out)
{
	fputs("	case $prev in\n", out);
	print_case(out, BF_VALUE_FILE, "compopt -o default");
	print_case(out, BF_VALUE_FOLDER, "compopt -o dirnames");
	print_case(out, BF_VALUE_OTHER, ":");
	for (size_t i = 0; i < bf_n_options; i++) {
		const struct bf_option *option = &bf_options[i];
		if (!option->words || !bf_completion_is_first(option))
			continue;
		fprintf(out, "	--%s)\n		_boots_from_%s ", option->name,
			option->value == BF_VALUE_WORDS ? "list" : "words");
		bf_completion_print_words(out, option->words, " ");
		fputs("\n		return\n		;;\n", out);
	}
	fputs("	esac\n", out);
}

static void print_options_of(FILE *out, const struct bf_command *command)
{
	fprintf(out, "		%s) _boots_from_words",
		*command->name ? command->name : "*");
	for (size_t i = 0; i < bf_n_options; i++)
		if (bf_command_takes(command, &bf_options[i])) {
			fprintf(out, " --%s", bf_options[i].name);
			if (bf_options[i].letter)
				fprintf(out, " -%c", bf_options[i].letter);
		}
	fputs(" ;;\n", out);
}

static void print_options(FILE *out)
{
	fputs("	if [[ $cur == -* ]]; then\n		case $command in\n", out);
	for (size_t i = 1; i < bf_n_commands; i++)
		print_options_of(out, &bf_commands[i]);
	print_options_of(out, &bf_commands[0]);
	fputs("		esac\n		return\n	fi\n", out);
}

static void print_operand(FILE *out, const struct bf_command *command, size_t number)
{
	const struct bf_operand *operand = &command->operands[number];
	if (operand->value == BF_VALUE_OTHER)
		return;
	fprintf(out, "	%s:%zu) ", command->name, number);
	if (operand->words) {
		fputs("_boots_from_words ", out);
		bf_completion_print_words(out, operand->words, " ");
	} else {
		fprintf(out, "compopt -o %s",
			operand->value == BF_VALUE_FILE ? "default" : "dirnames");
	}
	fputs(" ;;\n", out);
}

static void print_operands(FILE *out)
{
	fputs("	if ((COMP_CWORD == 1)); then\n		_boots_from_words ", out);
	bf_completion_print_words(out, bf_command_word, " ");
	fputs("\n		return\n	fi\n"
	      "	for ((i = 2; i < COMP_CWORD; i++)); do\n"
	      "		case ${COMP_WORDS[i]} in\n		",
	      out);
	for (enum bf_value value = 0; value <= BF_VALUE_WORDS; value++) {
		fputs(value ? " | " : "", out);
		bf_completion_print_options(out, value, " | ");
	}
	fputs(count_operands, out);
	for (size_t i = 0; i < bf_n_commands; i++)
		for (size_t n = 0; n < BF_OPERANDS_MAX; n++)
			print_operand(out, &bf_commands[i], n);
	fputs("	esac\n}\n\ncomplete -F _boots_from boots-from\n", out);
}

void bf_completion_print_bash(FILE *out)
{
	fputs(helpers, out);
	fputs("	case ${COMP_WORDS[1]} in\n	", out);
	bf_completion_print_words(out, bf_command_word, " | ");
	fputs(") ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]} ;;\n	esac\n", out);
	print_values(out);
	print_options(out);
	print_operands(out);
}
