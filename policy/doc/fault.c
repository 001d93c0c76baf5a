/* fault.c - see fault.h. The message is formatted on the stack: it must be possible to say "out of memory" without any.
 */
#include "fault.h"

#include <stdarg.h>

#include "base/buf.h"

#define MAX_MESSAGE 400

void pl_fault(struct pl_diags *diags, pl_str name, pl_str text, struct pl_span at, const char *help, const char *fmt,
	      ...)
{
	char room[MAX_MESSAGE];
	struct pl_buf message;
	pl_buf_init_fixed(&message, room, sizeof room);
	va_list ap;
	va_start(ap, fmt);
	pl_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	struct pl_diag d = {
		.level = PL_DIAG_ERROR,
		.source = name,
		.text = text,
		.at = at,
		.message = message.failed ? PL_STR("the document cannot be read") : pl_buf_str(&message),
		.help = pl_str_from(help),
	};
	pl_diags_add(diags, &d);
}
