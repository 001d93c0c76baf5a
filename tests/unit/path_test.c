/* path_test.c - normal forms and containment of paths. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/path.h"

#define N(text)                                                                                                        \
	(pl_str)                                                                                                       \
	{                                                                                                              \
		(text), strlen(text)                                                                                   \
	}

static struct pl_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static void normalises(void **state)
{
	(void)state;
	static const struct {
		const char *text, *normal;
	} rows[] = {
		{"/", "/"},
		{"//", "/"},
		{"/.", "/"},
		{"/..", "/"},
		{"/../..", "/"},
		{"/etc", "/etc"},
		{"/etc/", "/etc"},
		{"//etc//", "/etc"},
		{"/./etc/.", "/etc"},
		{"/foo/../etc", "/etc"},
		{"/foo/../../etc", "/etc"},
		{"/var/log/app/../../etc", "/var/etc"},
		{"/a/b/..", "/a"},
		{"/a/...", "/a/..."},
		{"/a/..b", "/a/..b"},
		{"/a/.b", "/a/.b"},
		{"/Etc", "/Etc"},
		{"/a\\b", "/a\\b"},
		{"/a b", "/a b"},
		{"/var/run", "/run"},
		{"/var/run/", "/run"},
		{"/var/run/docker.sock", "/run/docker.sock"},
		{"/var//run/./docker.sock", "/run/docker.sock"},
		{"/x/../var/run/docker.sock", "/run/docker.sock"},
		{"/var/running", "/var/running"},
		{"/var/run/../x", "/var/x"},
		{"/run/docker.sock", "/run/docker.sock"},
		{"C:\\", "c:/"},
		{"C:", "c:/"},
		{"C:\\Windows\\System32", "c:/windows/system32"},
		{"c:/Windows//System32/", "c:/windows/system32"},
		{"C:\\a\\..\\..\\B", "c:/b"},
		{"\\\\.\\pipe\\docker_engine", "//./pipe/docker_engine"},
		{"\\\\.\\PIPE\\..\\pipe\\x", "//./pipe/x"},
		{"\\\\.\\PIPE", "//./pipe"},
		{"\\\\.\\", "//./"},
		{"//./pipe/docker_engine", "//./pipe/docker_engine"},
		{"//./PIPE//Docker_Engine/", "//./pipe/docker_engine"},
		{"/\\./pipe/x", "//./pipe/x"},
		{"//?/pipe/x", "//./pipe/x"},
		{"//localhost/pipe/x", "//./pipe/x"},
		{"//127.0.0.1/Pipe/x", "//./pipe/x"},
		{"//./pipe", "//./pipe"},
		{"//./pipe/../etc/shadow", "/etc/shadow"},
		{"//./pipes/x", "/pipes/x"},
		{"//./etc", "/etc"},
		{"//?/etc", "/?/etc"},
		{"//srv/pipe/x", "/srv/pipe/x"},
		{"///./pipe/x", "/pipe/x"},
		{"/./pipe/x", "/pipe/x"},
		{"\\\\?\\pipe\\docker_engine", "//./pipe/docker_engine"},
		{"\\\\localhost\\pipe\\docker_engine", "//./pipe/docker_engine"},
		{"\\\\NODE-1\\Pipe\\x", "//./pipe/x"},
		{"\\\\h\\pipe", "//./pipe"},
		{"\\\\\\\\.\\\\pipe\\\\x", "//./pipe/x"},
		{"\\\\?\\UNC\\localhost\\pipe\\x", "//./pipe/x"},
		{"\\\\?\\UNC\\host\\share\\x", "//host/share/x"},
		{"\\\\.\\unc\\localhost\\C$\\Windows", "c:/windows"},
		{"\\\\host\\d$", "d:/"},
		{"\\\\host\\share\\pipe", "//host/share/pipe"},
		{"\\\\host\\pipes", "//host/pipes"},
		{"\\\\pipe", "//pipe"},
		{"\\\\", "//"},
		{"\\\\?\\C:\\x", "c:/x"},
		{"\\\\.\\C:", "c:/"},
		{"//?/C:/Windows", "c:/windows"},
		{"//./c:", "c:/"},
		{"\\\\?\\C:\\..\\pipe\\x", "//./pipe/x"},
		{"\\\\.\\PhysicalDrive0", "//./physicaldrive0"},
		{"C:\\Windows.\\System32 . ", "c:/windows/system32"},
		{"C:\\a\\...\\b", "c:/a/b"},
		{"C:\\.ssh", "c:/.ssh"},
		{"\\\\host\\share\\", "//host/share"},
		{"\\var\\log", "c:/var/log"},
		{"\\", "c:/"},
		{"\\x", "c:/x"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pl_err err = PL_OK;
		pl_str p = pl_path_normal(N(rows[i].text), arena, &err);
		if (!p.ptr || p.len != strlen(rows[i].normal) || memcmp(p.ptr, rows[i].normal, p.len) != 0)
			fail_msg("`%s` is `%.*s`, not `%s`", rows[i].text, PL_FMT(p), rows[i].normal);
		pl_str again = pl_path_normal(p, arena, &err);
		bool share = p.len > 1 && p.ptr[1] == '/' && !pl_str_starts(p, PL_STR("//./pipe"));
		assert_true(share ||
			    pl_str_eq(again, p)); /* "//host/share" is a path of Linux where it is written so */
	}
}

static void refuses_what_is_not_absolute(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "etc", "./etc", "../etc", "~", "C:x", "1:\\x", "$HOME/x", ".", " /x"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		pl_err err = PL_OK;
		assert_null(pl_path_normal(N(bad[i]), arena, &err).ptr);
		assert_int_equal(err, PL_E_SYNTAX);
	}
}

static void borrows_where_nothing_changes(void **state)
{
	(void)state;
	struct pl_arena *tiny = pl_arena_new(1, 0);
	const char *text = "/var/run/docker.sock";
	pl_err err = PL_OK;
	pl_str p = pl_path_normal(N(text), tiny, &err);
	assert_ptr_equal(p.ptr, text + 4);
	assert_null(pl_path_normal(N("/a/"), tiny, &err).ptr);
	assert_int_equal(err, PL_E_MEMORY);
	pl_arena_free(tiny);
}

static void contains(void **state)
{
	(void)state;
	static const struct {
		const char *p, *q;
		bool under;
	} rows[] = {
		{"/var/log/app", "/var/log/app", true},
		{"/var/log/app/x", "/var/log/app", true},
		{"/var/log/application", "/var/log/app", false},
		{"/var/log", "/var/log/app", false},
		{"/etc", "/", true},
		{"/", "/", true},
		{"/", "/etc", false},
		{"c:/windows", "c:/", true},
		{"c:/windows", "/", false},
		{"//./pipe/x", "/", false},
		{"//./pipe/x", "//./pipe", true},
		{"/x", "", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (pl_path_under(N(rows[i].p), N(rows[i].q)) != rows[i].under)
			fail_msg("`%s` under `%s`", rows[i].p, rows[i].q);
}

static void knows_what_leads_away(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool known;
	} rows[] = {
		{"/", true},
		{"/proc", true},
		{"/proc/1", true},
		{"/proc/1/status", true},
		{"/proc/sys/fd", true},
		{"/procfs/1/root", true},
		{"/data/proc/1/root", true},
		{"/proc/1/roots", true},
		{"/proc/1/root", false},
		{"/proc/self/root/etc", false},
		{"/proc/thread-self/cwd", false},
		{"/proc/4711/fd/3", false},
		{"/proc/1/task/1/root", false},
		{"/proc/1/map_files/0-1", false},
		{"/proc/1/exe", false},
		{"c:/proc/1/root", true},
		{"/:x:y~1", true},
		{"/a~1/b:c", true},
		{"c:/", true},
		{"c:/a~b/c~", true},
		{"c:/progra~1/docker", false},
		{"c:/windows::$index_allocation", false},
		{"//./", true},
		{"//./pipe", true},
		{"//./pipe/docker_engine", true},
		{"//./physicaldrive0", false},
		{"//./globalroot/device/namedpipe/docker_engine", false},
		{"//./volume{1-2}/windows", false},
		{"//host/share", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if ((pl_path_unknown(N(rows[i].path)) == NULL) != rows[i].known)
			fail_msg("%s", rows[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalises),
		cmocka_unit_test(knows_what_leads_away),
		cmocka_unit_test(refuses_what_is_not_absolute),
		cmocka_unit_test(borrows_where_nothing_changes),
		cmocka_unit_test(contains),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
