/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/search.h"

#include <assert.h>
#include <string.h>

/*
 * The automaton of Aho and Corasick (Efficient String Matching, 1975), all its transitions
 * worked out beforehand: a state is the longest end of what was read that a needle starts
 * with, and every byte is looked at once. Searches that skip ahead are faster on what does
 * not resemble a needle, and many times slower on what was made to.
 */
struct machine {
	uint8_t class_of[256]; /* 0 for the bytes of no needle */
	uint8_t n_classes;
	unsigned n_states;
	uint8_t next[BF_SEARCH_STATES_MAX][BF_SEARCH_CLASSES_MAX];
	uint32_t ends[BF_SEARCH_STATES_MAX]; /* set of 1u << needle that end here */
};

static uint8_t class_of(struct machine *machine, uint8_t byte)
{
	if (!machine->class_of[byte]) {
		assert(machine->n_classes + 1 < BF_SEARCH_CLASSES_MAX);
		machine->class_of[byte] = ++machine->n_classes;
	}
	return machine->class_of[byte];
}

static void add_needle(struct machine *machine, struct bf_view needle, unsigned index)
{
	uint8_t state = 0;
	for (size_t i = 0; i < needle.size; i++) {
		uint8_t *next = &machine->next[state][class_of(machine, needle.data[i])];
		if (!*next) {
			assert(machine->n_states < BF_SEARCH_STATES_MAX);
			*next = (uint8_t)machine->n_states++;
		}
		state = *next;
	}
	machine->ends[state] |= 1u << index;
}

/*
 * Breadth first, so that a state's fallback, the state of its longest proper end, is
 * complete before it: where the state leads nowhere, it goes where the fallback does.
 */
static void complete(struct machine *machine)
{
	uint8_t queue[BF_SEARCH_STATES_MAX] = {0}, fallback[BF_SEARCH_STATES_MAX] = {0};
	size_t n_queued = 1;
	for (size_t i = 0; i < n_queued; i++) {
		uint8_t state = queue[i];
		const uint8_t *other = machine->next[fallback[state]];
		for (size_t class = 1; class <= machine->n_classes; class ++) {
			uint8_t *next = &machine->next[state][class];
			if (!*next) {
				*next = state ? other[class] : 0;
				continue;
			}
			fallback[*next] = state ? other[class] : 0;
			machine->ends[*next] |= machine->ends[fallback[*next]];
			queue[n_queued++] = *next;
		}
	}
}

static void note(uint32_t ends, size_t end, const struct bf_view *needles,
		 struct bf_search_hits *ret)
{
	for (; ends; ends &= ends - 1) {
		unsigned index = (unsigned)__builtin_ctz(ends);
		if (ret[index].count++ == 0)
			ret[index].first = end - needles[index].size;
	}
}

void bf_search(struct bf_view haystack, const struct bf_view *needles, size_t n,
	       struct bf_search_hits *ret)
{
	struct machine machine = {.n_states = 1};
	assert(n <= BF_SEARCH_NEEDLES_MAX);
	for (unsigned i = 0; i < n; i++) {
		ret[i] = (struct bf_search_hits){0};
		add_needle(&machine, needles[i], i);
	}
	complete(&machine);
	uint8_t state = 0;
	for (size_t i = 0; i < haystack.size; i++) {
		state = machine.next[state][machine.class_of[haystack.data[i]]];
		if (machine.ends[state])
			note(machine.ends[state], i + 1, needles, ret);
	}
}
