/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/fat_tree.h"

#include <stdlib.h>
#include <string.h>

static struct bf_fat_node *find_child(struct bf_fat_tree *tree, size_t parent,
				      struct bf_view name)
{
	for (size_t i = 1; i < tree->n_nodes; i++)
		if (tree->nodes[i].parent == parent &&
		    bf_fat_name_equal(tree->nodes[i].name, name))
			return &tree->nodes[i];
	return NULL;
}

/* Add the file and those of its folders that are not there yet. */
static int add_file(struct bf_fat_tree *tree, const struct bf_fat_file *file,
		    struct bf_error *reterr)
{
	size_t parent = 0;
	const char *part = file->path;
	while (*part == '/') {
		size_t length = strcspn(++part, "/");
		struct bf_view name = bf_view(part, length);
		bool is_file = part[length] == '\0';
		int err = bf_fat_name_check(name, reterr);
		if (err)
			return err;
		struct bf_fat_node *node = find_child(tree, parent, name);
		if (node && (is_file || node->file))
			return bf_fail(reterr, BF_ERR_INPUT,
				       "another file or folder has this name");
		if (!node) {
			node = &tree->nodes[tree->n_nodes++];
			node->name = name;
			node->parent = parent;
			node->file = is_file ? file : NULL;
		}
		parent = (size_t)(node - tree->nodes);
		part += length;
	}
	return BF_OK;
}

/* How many nodes the paths can make at the most, the root folder included. */
static int count_nodes(const struct bf_fat_request *request, size_t *ret,
		       struct bf_error *reterr)
{
	size_t count = 1;
	if (request->n_files > BF_FAT_FILES_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "%zu files for the FAT file system, it takes %d",
			       request->n_files, BF_FAT_FILES_MAX);
	for (size_t i = 0; i < request->n_files; i++) {
		const char *path = request->files[i].path;
		size_t length = strlen(path);
		if (path[0] != '/' || length > BF_FAT_PATH_MAX)
			return bf_fail(reterr, BF_ERR_INPUT,
				       "a path in the FAT file system must start with "
				       "'/' and have at most %d characters",
				       BF_FAT_PATH_MAX);
		for (size_t j = 0; j < length; j++)
			count += path[j] == '/';
	}
	*ret = count;
	return BF_OK;
}

static int add_files(const struct bf_fat_request *request, struct bf_fat_tree *tree,
		     struct bf_error *reterr)
{
	size_t n_nodes = 0;
	int err = count_nodes(request, &n_nodes, reterr);
	if (err)
		return err;
	tree->nodes = calloc(n_nodes, sizeof(*tree->nodes));
	if (!tree->nodes)
		return bf_fail_nomem(reterr);
	tree->n_nodes = 1;
	for (size_t i = 0; i < request->n_files; i++) {
		char shown[BF_FAT_PATH_MAX + 8];
		err = add_file(tree, &request->files[i], reterr);
		if (err)
			return bf_fail_in(reterr, err, "'%s' in the FAT file system",
					  bf_printable(request->files[i].path, shown,
						       sizeof(shown)));
	}
	return BF_OK;
}

static bool short_name_is_taken(const struct bf_fat_tree *tree,
				const struct bf_fat_node *node)
{
	for (size_t i = 1; i < tree->n_nodes; i++) {
		const struct bf_fat_node *other = &tree->nodes[i];
		if (other != node && other->parent == node->parent &&
		    memcmp(other->short_name, node->short_name, BF_FAT_SHORT_NAME) == 0)
			return true;
	}
	return false;
}

/* 8.3 names stand as they are; the long ones then get what is still free. */
static void choose_short_names(struct bf_fat_tree *tree)
{
	for (size_t i = 1; i < tree->n_nodes; i++) {
		struct bf_fat_node *node = &tree->nodes[i];
		node->has_long_name = !bf_fat_name_to_short(node->name, node->short_name);
	}
	for (size_t i = 1; i < tree->n_nodes; i++) {
		struct bf_fat_node *node = &tree->nodes[i];
		if (!node->has_long_name)
			continue;
		unsigned tail = 0;
		if (!bf_fat_name_shorten(node->name, tail, node->short_name))
			bf_fat_name_shorten(node->name, ++tail, node->short_name);
		while (short_name_is_taken(tree, node))
			bf_fat_name_shorten(node->name, ++tail, node->short_name);
	}
}

static void count_entries(struct bf_fat_tree *tree)
{
	for (size_t i = 1; i < tree->n_nodes; i++) {
		struct bf_fat_node *node = &tree->nodes[i];
		struct bf_fat_node *parent = &tree->nodes[node->parent];
		if (!node->file)
			node->n_entries += 2; /* "." and ".." */
		parent->n_entries++;
		if (node->has_long_name)
			parent->n_entries +=
				(uint32_t)bf_fat_name_long_entries(node->name);
	}
}

int bf_fat_tree_build(const struct bf_fat_request *request, struct bf_fat_tree *ret,
		      struct bf_error *reterr)
{
	*ret = (struct bf_fat_tree){0};
	int err = add_files(request, ret, reterr);
	if (err)
		return err;
	choose_short_names(ret);
	count_entries(ret);
	return BF_OK;
}

void bf_fat_tree_free(struct bf_fat_tree *tree)
{
	free(tree->nodes);
	*tree = (struct bf_fat_tree){0};
}
