/* SPDX-License-Identifier: GPL-3.0-only */
/* The folders and files of a FAT file system that is about to be written. */
#ifndef BF_FAT_TREE_H
#define BF_FAT_TREE_H

#include "base/bytes.h"
#include "disk/fat_name.h"
#include "disk/fat_writer.h"

struct bf_fat_node {
	struct bf_view name; /* points into the path that brought it */
	size_t parent;
	const struct bf_fat_file *file; /* NULL for a folder */
	uint8_t short_name[BF_FAT_SHORT_NAME];
	bool has_long_name;
	uint32_t n_entries;     /* of a folder: directory entries in it */
	uint32_t first_cluster; /* 0 until it has a place */
	uint32_t n_clusters;
};

struct bf_fat_tree {
	struct bf_fat_node *nodes; /* node 0 is the root folder */
	size_t n_nodes;
};

/*
 * Make the tree of the request's files, which keep their order, with every name chosen and
 * every entry counted but for the volume label. Release it with bf_fat_tree_free(), also
 * after a failure.
 */
bf_must_check int bf_fat_tree_build(const struct bf_fat_request *request,
				    struct bf_fat_tree *ret, struct bf_error *reterr);
void bf_fat_tree_free(struct bf_fat_tree *tree);

#endif
