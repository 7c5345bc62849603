/* The commands. Each reports to the user itself only on success; failures go to main(). */
#ifndef BF_COMMANDS_H
#define BF_COMMANDS_H

#include "base/error.h"

/* `boots-from [OPTION]... URL`: write an image. */
int bf_cmd_build(int argc, char **argv, struct bf_error *reterr);

/* `boots-from inspect [OPTION]... FILE`: say what an image holds and boots. */
int bf_cmd_inspect(int argc, char **argv, struct bf_error *reterr);

/* `boots-from repoint [OPTION]... IMAGE URL`: change a finished image in place. */
int bf_cmd_repoint(int argc, char **argv, struct bf_error *reterr);

/* `boots-from batch [OPTION]... [URL]`: write an image for each machine of a list. */
int bf_cmd_batch(int argc, char **argv, struct bf_error *reterr);

/* `boots-from serve [OPTION]... URL`: serve images over HTTP until SIGTERM. */
int bf_cmd_serve(int argc, char **argv, struct bf_error *reterr);

#endif
