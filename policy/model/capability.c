/* capability.c - what added and dropped capabilities mean. Runtimes take any case and the prefix CAP_ when they add, so
 * that is undone before a list is asked; what is dropped must be spelled as the API has it, or some runtime will not
 * drop it. Fails only for memory. spec: language.md 3.5.4; capabilities(7), up to Linux 6.12 */
#include "capability.h"

#include <string.h>

static const char *const names[] = {
	"ALL",
	"AUDIT_CONTROL",
	"AUDIT_READ",
	"AUDIT_WRITE",
	"BLOCK_SUSPEND",
	"BPF",
	"CHECKPOINT_RESTORE",
	"CHOWN",
	"DAC_OVERRIDE",
	"DAC_READ_SEARCH",
	"FOWNER",
	"FSETID",
	"IPC_LOCK",
	"IPC_OWNER",
	"KILL",
	"LEASE",
	"LINUX_IMMUTABLE",
	"MAC_ADMIN",
	"MAC_OVERRIDE",
	"MKNOD",
	"NET_ADMIN",
	"NET_BIND_SERVICE",
	"NET_BROADCAST",
	"NET_RAW",
	"PERFMON",
	"SETFCAP",
	"SETGID",
	"SETPCAP",
	"SETUID",
	"SYSLOG",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_CHROOT",
	"SYS_MODULE",
	"SYS_NICE",
	"SYS_PACCT",
	"SYS_PTRACE",
	"SYS_RAWIO",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"WAKE_ALARM",
};

size_t pl_capability_names(const char *const **ret_names)
{
	*ret_names = names;
	return sizeof names / sizeof *names;
}

bool pl_capability_is_exact(pl_str text)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (pl_str_eq(text, pl_str_from(names[i])))
			return true;
	return false;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

pl_err pl_capability_normal(pl_str text, struct pl_arena *arena, pl_str *ret)
{
	const pl_str prefix = PL_STR("CAP_");
	size_t i = 0;
	while (i < text.len && !is_lower(text.ptr[i]))
		i++;
	pl_str upper = text;
	if (i < text.len) {
		char *out = pl_arena_alloc(arena, text.len);
		if (!out)
			return PL_E_MEMORY;
		for (i = 0; i < text.len; i++)
			out[i] = is_lower(text.ptr[i]) ? (char)(text.ptr[i] - 'a' + 'A') : text.ptr[i];
		upper.ptr = out;
	}
	bool prefixed = pl_str_starts(upper, prefix);
	*ret = prefixed ? (pl_str){upper.ptr + prefix.len, upper.len - prefix.len} : upper;
	return PL_OK;
}
