/* literal.c - see literal.h. A row for each type: what policies write, and what manifests and data files hold. */
#include "literal.h"

#include <string.h>

#include "base/buf.h"

/* In quotes where the language wants them. */
static const char *const bools[] = {"true", "false"};
static const char *const ints[] = {"0",	    "1",     "2",	   "3",		 "22",
				   "80",    "443",   "1024",	   "10000",	 "65534",
				   "65535", "65536", "1_000_000",  "2147483647", "31536000",
				   "4096",  "512",   "2147483648", "4294967296", "9223372036854775807"};
static const char *const cores[] = {"0m", "1m", "250m", "500m", "0.5", "1000m", "1.5", "2.0", "100.001", "1", "4"};
static const char *const bytes[] = {"0Mi",  "1Ki", "64Mi", "128Mi", "128M", "1Gi", "1.5Gi", "4Gi",
				    "64Gi", "4G",  "1Ti",  "8Ei",   "1E",   "1k",  "0.5Ki"};
static const char *const strings[] = {"\"\"",
				      "\"a\"",
				      "\"web\"",
				      "\"production\"",
				      "\"default\"",
				      "\"kube-system\"",
				      "\"nginx\"",
				      "\"ALL\"",
				      "\"NET_ADMIN\"",
				      "\"CHOWN\"",
				      "\"SYS_ADMIN\"",
				      "\"team\"",
				      "\"app.kubernetes.io/name\"",
				      "\"hostPath\"",
				      "\"emptyDir\"",
				      "\"1.2.3\"",
				      "\"10.0.0.1\"",
				      "\"8080\"",
				      "\"-7\"",
				      "\"/etc/passwd\"",
				      "\"latest\"",
				      "\"c0\"",
				      "\"v1\"",
				      "\"DB_PASSWORD\"",
				      "\"\\u{e9}t\\u{e9}\"",
				      "\"a\\\"b\\\\c\\n\"",
				      "\"\\u{1f600}\"",
				      "\"arn:aws:iam::123456789012:role/web\"",
				      "\"Localhost\"",
				      "\"CREATE\""};
static const char *const images[] = {
	"\"docker.io/library/nginx:1\"",
	"\"docker.io/library/nginx\"",
	"\"r.example/a/b:2\"",
	"\"r.example/a\"",
	"\"public.ecr.aws/acme/web:latest\"",
	"\"localhost:5000/x\"",
	"\"r.example/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""};
static const char *const bases[] = {"\"r.example\"",	       "\"r.example/a\"",     "\"docker.io/library/nginx\"",
				    "\"public.ecr.aws/acme\"", "\"docker.io/acme/\"", "\"localhost:5000\""};
static const char *const paths[] = {"\"/\"",	    "\"/etc\"",	       "\"/run\"",	  "\"/run/docker.sock\"",
				    "\"/var/lib\"", "\"/etc/passwd\"", "\"/var/run/x/\"", "\"/proc/1\""};
static const char *const roles[] = {"\"web\"", "\"arn:aws:iam::123456789012:role/web\"",
				    "\"arn:aws:iam::123456789012:role/service/web\"", "\"admin\""};
static const char *const arns[] = {"\"arn:aws:iam::123456789012:role/web\"", "\"arn:aws:s3:::bucket\"",
				   "\"arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/a:1\""};
static const char *const ips[] = {"\"10.0.0.1\"", "\"127.0.0.1\"", "\"169.254.169.254\"", "\"::1\"",
				  "\"fd00:ec2::254\""};
static const char *const networks[] = {"\"10.0.0.0/8\"",   "\"169.254.0.0/16\"", "\"fd00:ec2::/32\"", "\"0.0.0.0/0\"",
				       "\"127.0.0.1/32\"", "\"::/0\"",		 "\"10.0.0.1\""};
static const char *const versions[] = {"v1", "v1.0", "v1.25", "v1.30", "v1.2.3", "v0.0.0", "v2"};
static const char *const dates[] = {"1970-01-01", "2000-02-29", "2026-11-21", "2026-11-22", "2026-11-23", "9999-12-31"};
static const char *const ranges[] = {"0..0", "1..1024", "0..65535", "1024..65535", "0..9223372036854775807"};
static const char *const globs[] = {"\"*\"", "\"a*\"",	"\"*a\"", "\"*e*\"",   "\"docker.io/*\"",     "\"/e*c\"",
				    "\"\"",  "\"web\"", "\"**\"", "\"*a*b*\"", "\"arn:aws:*:role/*\""};
static const char *const patterns[] = {
	"/a/",		"/[a-z]+/",	 "/.*/",    "/(?:a|b)*c/i", "/web|nginx/",     "/[0-9]{1,5}/",
	"/(a+)+b/",	"/\\/etc\\/.*/", "/abc.*/", "/.*é.*/",	    "/(.*)(.*)(.*)x/", "/[A-Z_]+(?:KEY|PASSWORD).*/i",
	"/\\d+\\.\\d+/"};

struct row {
	const char *type;
	const char *const *texts;
	size_t count;
};
#define ROW(type, texts)                                                                                               \
	{                                                                                                              \
		type, texts, sizeof(texts) / sizeof *(texts)                                                           \
	}

static const struct row rows[PL_T_ROW + 1] = {
	[PL_T_BOOL] = ROW("bool", bools),
	[PL_T_INT] = ROW("int", ints),
	[PL_T_CORES] = ROW("cores", cores),
	[PL_T_BYTES] = ROW("bytes", bytes),
	[PL_T_QUANTITY] = ROW("quantity", bytes),
	[PL_T_STRING] = ROW("string", strings),
	[PL_T_ENUM] = ROW(NULL, strings),
	[PL_T_INTSTR] = ROW(NULL, strings),
	[PL_T_IMAGE] = ROW("image", images),
	[PL_T_PATH] = ROW("path", paths),
	[PL_T_ROLE] = ROW("role", roles),
	[PL_T_ARN] = ROW("arn", arns),
	[PL_T_IP] = ROW("ip", ips),
	[PL_T_VERSION] = ROW("version", versions),
	[PL_T_DATE] = ROW("date", dates),
	[PL_T_NETWORK] = ROW(NULL, networks),
};

static const char *const container_roles[] = {"ephemeral", "init", "main", "sidecar"};
static const char *const platforms[] = {"ecs", "kubernetes"};
static const char *const operations[] = {"CONNECT", "CREATE", "DELETE", "UPDATE"};
static const char *const identities[] = {"irsa", "pod-identity", "task-role"};
static const char *const seccomp_types[] = {"Localhost", "RuntimeDefault", "Unconfined"};
static const char *const imds_places[] = {"awsvpc", "bridge", "pods"};

static const struct {
	enum pl_view row;
	struct pl_words_known words;
} view_words[] = {
	{PL_VIEW_CONTAINER_role, {container_roles, 4}},	   {PL_VIEW_CONTAINER_seccomp, {seccomp_types, 3}},
	{PL_VIEW_CONTAINER_aws_identity, {identities, 3}}, {PL_VIEW_WORKLOAD_platform, {platforms, 2}},
	{PL_VIEW_REQUEST_operation, {operations, 4}},	   {PL_VIEW_CLUSTER_imds_blocked, {imds_places, 3}},
};

struct pl_words_known pl_literal_words_of_view(enum pl_view row)
{
	for (size_t i = 0; i < sizeof view_words / sizeof *view_words; i++) {
		if (view_words[i].row == row)
			return view_words[i].words;
	}
	return (struct pl_words_known){0};
}

struct pl_words_known pl_literal_words(struct pl_type type)
{
	bool listed = type.kind == PL_T_LIST || type.kind == PL_T_MAP;
	uint8_t kind = listed ? type.elem : type.kind;
	if (kind != PL_T_ENUM)
		return (struct pl_words_known){0};
	const struct pl_schema_enum *e = &pl_schema_enums[listed ? type.elem_ref : type.ref];
	return (struct pl_words_known){e->values, e->count};
}

const char *pl_literal_type(uint8_t kind)
{
	return kind <= PL_T_ROW ? rows[kind].type : NULL;
}

static const char *text_of(struct pl_choice *c, uint8_t kind)
{
	const struct row *r = &rows[kind <= PL_T_ROW && rows[kind].texts ? kind : PL_T_STRING];
	return pl_choice_of(c, r->texts, r->count);
}

void pl_literal_write(struct pl_choice *c, struct pl_type type, struct pl_words_known words, struct pl_buf *out)
{
	if (words.count)
		pl_buf_addf(out, "\"%s\"", words.values[pl_choice_below(c, words.count)]);
	else
		pl_buf_adds(out, text_of(c, type.kind));
}

void pl_literal_base(struct pl_choice *c, struct pl_buf *out)
{
	pl_buf_adds(out, PL_CHOICE_OF(c, bases));
}

void pl_literal_network(struct pl_choice *c, struct pl_buf *out)
{
	pl_buf_adds(out, PL_CHOICE_OF(c, networks));
}

void pl_literal_glob(struct pl_choice *c, struct pl_buf *out)
{
	pl_buf_adds(out, PL_CHOICE_OF(c, globs));
}

void pl_literal_pattern(struct pl_choice *c, struct pl_buf *out)
{
	pl_buf_adds(out, PL_CHOICE_OF(c, patterns));
}

void pl_literal_range(struct pl_choice *c, struct pl_buf *out)
{
	pl_buf_adds(out, PL_CHOICE_OF(c, ranges));
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

/* A string of the language as one of JSON: only the escapes of characters differ. */
static void requote(const char *text, struct pl_buf *out)
{
	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == 'u') {
			pl_buf_adds(out, text[3] == 'e' ? "\\u00e9" : "\\ud83d\\ude00");
			text = strchr(text, '}');
		} else {
			pl_buf_addc(out, *text);
			if (*text == '\\')
				pl_buf_addc(out, *++text);
		}
	}
}

void pl_literal_json(struct pl_choice *c, struct pl_type type, struct pl_buf *out)
{
	struct pl_words_known words = pl_literal_words(type);
	const char *text = words.count ? words.values[pl_choice_below(c, words.count)] : text_of(c, type.kind);
	if (type.kind == PL_T_BOOL) {
		pl_buf_adds(out, text);
	} else if (type.kind == PL_T_INT || (type.kind == PL_T_INTSTR && pl_choice_one_in(c, 2))) {
		for (text = PL_CHOICE_OF(c, ints); *text; text++) {
			if (*text != '_')
				pl_buf_addc(out, *text);
		}
	} else if (text[0] == '"') {
		requote(text, out);
	} else {
		pl_buf_addf(out, "\"%s\"", text);
	}
}
