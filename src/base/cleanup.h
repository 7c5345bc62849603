/* SPDX-License-Identifier: GPL-3.0-only */
/* Freeing at the end of a scope: `bf_cleanup(bf_buffer_free) struct bf_buffer b = {0};` */
#ifndef BF_CLEANUP_H
#define BF_CLEANUP_H

#define bf_cleanup(function) __attribute__((cleanup(function)))

#endif
