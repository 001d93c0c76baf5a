/* frame.h - whether the headers of a request leave exactly one way to tell where it ends. */
#ifndef PL_SERVER_FRAME_H
#define PL_SERVER_FRAME_H

#include "plimsoll/base.h"

struct pl_frame {
	unsigned hosts, lengths, encodings;
	bool chunked;
	bool malformed; /* a header no two readers agree on */
	bool too_long;	/* the length has no meaning as a number of bytes */
	bool expects;	/* the client waits for 100 Continue */
	uint64_t length;
};

/* Takes in one header as the HTTP library shows it. Starts from a zero frame. */
void pl_frame_header(struct pl_frame *frame, pl_str name, pl_str value);
/* The status to refuse the request with, or 0. */
unsigned pl_frame_refusal(const struct pl_frame *frame, bool http_1_1, bool needs_body);

#endif
