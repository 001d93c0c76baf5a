/* report_message.c - the message of a refusal: what kubectl shows to the person whose object was denied.
 *
 * One line per finding of mode deny: rule, message, path, note, remedy. The text has a ceiling in bytes and in lines;
 * what is left out is counted in a last line, so that nobody takes the list for complete. */
#include "plimsoll/report.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define MAX_LINES 100 /* spec: language.md 3.14, violations listed in a response */

static bool denies(const struct pl_finding *f)
{
	return f->mode == PL_MODE_DENY && f->state != PL_FINDING_ALREADY;
}

static size_t count_denials(const struct pl_verdict *v)
{
	size_t count = 0;
	for (size_t i = 0; i < v->count; i++)
		count += denies(&v->findings[i]);
	return count;
}

static bool mentions(pl_str message, pl_str path)
{
	return memmem(message.ptr, message.len, path.ptr, path.len) != NULL;
}

static void add_line(struct pl_buf *out, const struct pl_finding *f, bool is_first)
{
	if (!is_first)
		pl_buf_addc(out, '\n');
	pl_buf_add(out, f->rule);
	pl_buf_adds(out, ": ");
	pl_buf_add_escaped(out, f->message, 0);
	if (f->path.len && !(f->message.len && mentions(f->message, f->path))) {
		pl_buf_adds(out, " (");
		pl_buf_add_escaped(out, f->path, 0);
		pl_buf_addc(out, ')');
	}
	if (f->note.len) {
		pl_buf_adds(out, "; note: ");
		pl_buf_add_escaped(out, f->note, 0);
	}
	if (f->remedy.len) {
		pl_buf_adds(out, "; help: ");
		pl_buf_add_escaped(out, f->remedy, 0);
	}
}

/* Cuts the text back to at most `room` bytes behind `start`, at a code point, with an ellipsis. */
static void cut(struct pl_buf *out, size_t start, size_t room)
{
	static const char ellipsis[] = "\xE2\x80\xA6";
	size_t mark = sizeof ellipsis - 1;
	if (room < mark) {
		out->len = start;
		return;
	}
	out->len = start + pl_utf8_valid_prefix((pl_str){out->ptr + start, room - mark});
	pl_buf_adds(out, ellipsis);
}

/* Bytes of the last line when n findings are left out. */
static size_t tail_len(size_t n)
{
	size_t len = n ? sizeof "\nand  more" - 1 : 0;
	for (; n; n /= 10)
		len++;
	return len;
}

/* Lines of the message as they are written, and how far it fits with its last line. */
struct progress {
	size_t start, total, shown;
	size_t good_len, good_shown;
};

/* Writes lines until all are written or one goes over the ceiling. True when everything fits. */
static bool add_lines(struct pl_buf *out, const struct pl_verdict *v, size_t max, struct progress *p)
{
	for (size_t i = 0; i < v->count && p->shown < MAX_LINES && !out->failed; i++) {
		if (!denies(&v->findings[i]))
			continue;
		add_line(out, &v->findings[i], p->shown == 0);
		p->shown++;
		size_t len = out->len - p->start;
		if (len > max)
			return false;
		if (len + tail_len(p->total - p->shown) <= max) {
			p->good_len = len;
			p->good_shown = p->shown;
		}
	}
	return p->shown == p->total;
}

void pl_report_message(const struct pl_verdict *v, size_t max_bytes, struct pl_buf *out)
{
	struct progress p = {.start = out->len, .total = count_denials(v)};
	if (p.total == 0 || add_lines(out, v, max_bytes, &p) || out->failed)
		return;
	/* A first line that is too long is cut: a refusal always says why. */
	if (p.good_shown == 0) {
		size_t tail = tail_len(p.total - 1);
		cut(out, p.start, max_bytes > tail ? max_bytes - tail : 0);
		p.good_shown = 1;
	} else {
		out->len = p.start + p.good_len;
	}
	if (p.good_shown < p.total && tail_len(p.total - p.good_shown) <= max_bytes)
		pl_buf_addf(out, "\nand %zu more", p.total - p.good_shown);
}
