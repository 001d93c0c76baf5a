/* datafile.h - the data files that policies declare: found and read. */
#ifndef PL_CLI_DATAFILE_H
#define PL_CLI_DATAFILE_H

#include "policies.h"

/* Reads the files of --data, and for every other `data` declaration of the list the file where the policy says, and
 * puts them into input. One that is not there has no text: the library then says what cannot be decided. False after an
 * error, which is in out. */
bool pl_datafiles_read(const struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out,
		       struct pl_policy_input *input);
/* A warning for each that is not there. */
void pl_datafiles_tell_missing(const struct pl_policy_input *input, struct pl_output *out);

#endif
