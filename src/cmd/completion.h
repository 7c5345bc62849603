/* SPDX-License-Identifier: GPL-3.0-only */
/* Scripts that make a shell complete the command's words, made from the tables. */
#ifndef BF_COMPLETION_H
#define BF_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd/command.h"

/* "bash", "zsh" and "fish", by index from 0 to a NULL. */
const char *bf_completion_shell(size_t index);

/* false for a shell that is none of these. */
bool bf_completion_print(const char *shell, FILE *out);

void bf_completion_print_bash(FILE *out);
void bf_completion_print_zsh(FILE *out);
void bf_completion_print_fish(FILE *out);

/* ---- What these share ---- */

/* Whether no row before has the same name: two commands can explain one differently. */
bool bf_completion_is_first(const struct bf_option *option);

/*
 * Print the options, "-o" and "--output", that have a value of this kind, with separator
 * between them. Returns how many there were.
 */
size_t bf_completion_print_options(FILE *out, enum bf_value value, const char *separator);

/* Print what can stand for a value, with separator between. */
void bf_completion_print_words(FILE *out, bf_option_words *words, const char *separator);

#endif
