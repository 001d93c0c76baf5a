/* audit.c - a decision as a line for machines. Only names, the operation and the rules: no value of the object, because
 * environment variables and annotations hold secrets. Texts are cut, so that nobody can fill the log with one request.
 * spec: server.md 4.4 */
#include "audit.h"

#include "clock.h"
#include "reply.h"

#define TEXT_MAX 256u /* bytes; names in Kubernetes have at most 253 */

/* The longest prefix of at most TEXT_MAX bytes that does not end inside a code point. */
static pl_str cut(pl_str text)
{
	size_t len = text.len;
	if (len > TEXT_MAX) {
		len = TEXT_MAX;
		while (len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80)
			len--;
	}
	return (pl_str){text.ptr, len};
}

/* Here and below a key comes as it is written: formatting each anew cost more than all the rest of the line. */
static void add_text(struct pl_buf *line, pl_str key, pl_str value)
{
	if (value.len == 0)
		return;
	pl_text_add(line, key);
	pl_text_json(line, cut(value));
}

static void add_rules(struct pl_buf *line, pl_str key, const struct pl_verdict *verdict, enum pl_mode mode)
{
	pl_text_add(line, key);
	if (verdict)
		pl_reply_rules(verdict, mode, line);
	pl_text_add(line, PL_STR("]"));
}

static void add_exceptions(struct pl_buf *line, const struct pl_verdict *verdict)
{
	pl_text_add(line, PL_STR(",\"excepted\":["));
	if (verdict)
		pl_reply_exceptions(verdict, line);
	pl_text_add(line, PL_STR("]"));
}

static void add_head(struct pl_buf *line, const char *door)
{
	char stamp[PL_STAMP_ROOM];
	pl_clock_stamp(stamp);
	pl_text_add(line, PL_STR("{\"time\":\""));
	pl_text_add(line, pl_str_from(stamp));
	pl_text_add(line, PL_STR("\",\"door\":\""));
	pl_text_add(line, pl_str_from(door));
	pl_text_add(line, PL_STR("\""));
}

static bool is_wanted(const struct pl_service *service, const struct pl_record *record)
{
	char which = service->config->log[0];
	return which == 'a' || (which == 'r' && !record->allowed);
}

void pl_audit_write(const struct pl_service *service, const struct pl_record *r, struct pl_arena *arena)
{
	if (!service->decisions || !is_wanted(service, r))
		return;
	struct pl_buf *line = pl_text_new(arena);
	if (!line)
		return;
	add_head(line, r->door);
	add_text(line, PL_STR(",\"uid\":"), r->uid);
	add_text(line, PL_STR(",\"operation\":"), r->operation);
	add_text(line, PL_STR(",\"kind\":"), r->kind);
	add_text(line, PL_STR(",\"namespace\":"), r->namespace_name);
	add_text(line, PL_STR(",\"name\":"), r->name);
	add_text(line, PL_STR(",\"user\":"), r->user);
	pl_text_add(line, r->dry_run ? PL_STR(",\"dry_run\":true") : PL_STR(""));
	pl_text_add(line, r->allowed ? PL_STR(",\"allowed\":true") : PL_STR(",\"allowed\":false"));
	add_rules(line, PL_STR(",\"rules\":["), r->verdict, PL_MODE_DENY);
	add_rules(line, PL_STR(",\"warnings\":["), r->verdict, PL_MODE_WARN);
	add_rules(line, PL_STR(",\"audit\":["), r->verdict, PL_MODE_AUDIT);
	add_exceptions(line, r->verdict);
	add_text(line, PL_STR(",\"problem\":"), pl_str_from(r->problem));
	add_text(line, PL_STR(",\"policy\":"), pl_str_from(r->policy));
	pl_text_printf(line, ",\"duration_us\":%lld}\n", (long long)(pl_clock_us() - r->started_us));
	if (pl_text_str(line).ptr)
		pl_sink_put(service->decisions, pl_text_str(line));
}
