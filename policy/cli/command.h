/* command.h - the functions behind commands.def. Each gives the exit status: 0 clean, 1 findings, 2 error. */
#ifndef PL_CLI_COMMAND_H
#define PL_CLI_COMMAND_H

#include "options.h"

#define PL_EXIT_CLEAN	 0
#define PL_EXIT_FINDINGS 1
#define PL_EXIT_ERROR	 2

int pl_cmd_lint(const struct pl_options *options);
int pl_cmd_check(const struct pl_options *options);
int pl_cmd_explain(const struct pl_options *options);
int pl_cmd_rules(const struct pl_options *options);
int pl_cmd_schema(const struct pl_options *options);
int pl_cmd_fmt(const struct pl_options *options);
int pl_cmd_analyze(const struct pl_options *options);
int pl_cmd_test(const struct pl_options *options);

#endif
