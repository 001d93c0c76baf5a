/* version.c - versions as people and clusters write them. No memory, linear time, no failure but "not a version".
 * spec: language.md 3.9: up to three numbers; a pre-release or build suffix is ignored. */
#include "version.h"

#include "base/buf.h"

static bool take_number(pl_str text, size_t *at, uint32_t *ret)
{
	uint64_t n = 0;
	size_t i = *at;
	for (; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
		n = n * 10 + (unsigned)(text.ptr[i] - '0');
		if (n > UINT32_MAX)
			return false;
	}
	if (i == *at)
		return false;
	*at = i;
	*ret = (uint32_t)n;
	return true;
}

/* What may follow: nothing, or '-' or '+' and then letters, digits, '.', '-', '+'. "1.28+" is what some clusters say.
 */
static bool is_suffix(pl_str s)
{
	if (s.len == 0)
		return true;
	if (s.ptr[0] != '-' && s.ptr[0] != '+')
		return false;
	for (size_t i = 1; i < s.len; i++) {
		char c = s.ptr[i];
		bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!alnum && c != '.' && c != '-' && c != '+')
			return false;
	}
	return s.len > 1 || s.ptr[0] == '+';
}

bool pl_version_parse(pl_str text, struct pl_version *ret)
{
	struct pl_version v = {{0, 0, 0}};
	size_t at = text.len && text.ptr[0] == 'v' ? 1 : 0;
	for (unsigned n = 0; n < 3; n++) {
		if (!take_number(text, &at, &v.part[n]))
			return false;
		if (at == text.len || text.ptr[at] != '.' || n == 2)
			break;
		at++;
	}
	if (!is_suffix((pl_str){text.ptr + at, text.len - at}))
		return false;
	*ret = v;
	return true;
}

int pl_version_cmp(struct pl_version a, struct pl_version b)
{
	for (unsigned i = 0; i < 3; i++)
		if (a.part[i] != b.part[i])
			return a.part[i] < b.part[i] ? -1 : 1;
	return 0;
}

pl_str pl_version_format(struct pl_version v, char ret[40])
{
	struct pl_buf b;
	pl_buf_init_fixed(&b, ret, 40);
	pl_buf_addf(&b, "v%u.%u", v.part[0], v.part[1]);
	if (v.part[2])
		pl_buf_addf(&b, ".%u", v.part[2]);
	return pl_buf_str(&b);
}
