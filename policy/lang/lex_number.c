/* lex_number.c - what begins with a digit, and versions: INT, DECIMAL, QTY, RANGE, DUR, DATE, VERSION. spec:
 * language.md 3.3
 *
 * A number that could be read in two ways (0644, 2027-3-31, 4GB) is refused rather than guessed. */
#include "lex.h"

#include "base/buf.h"

#define UNITS_HELP                                                                                                     \
	"memory is written with Ki, Mi, Gi, Ti (or k, M, G, T), CPU with m or without a unit, "                        \
	"durations with s, min, h, d"

static const char *const quantity_units[] = {"m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

static const struct {
	const char *unit;
	int64_t seconds;
} durations[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};

static uint32_t digits_end(const struct pl_lexer *lx, uint32_t at)
{
	while (pl_lex_is_digit(pl_lex_char(lx, at)) || pl_lex_char(lx, at) == '_')
		at++;
	return at;
}

static uint32_t word_end(const struct pl_lexer *lx, uint32_t at)
{
	while (pl_lex_is_word(pl_lex_char(lx, at)))
		at++;
	return at;
}

static bool is_quantity_unit(pl_str s)
{
	for (size_t i = 0; i < sizeof quantity_units / sizeof *quantity_units; i++) {
		if (pl_str_eq(s, pl_str_from(quantity_units[i])))
			return true;
	}
	return false;
}

static int64_t seconds_of(pl_str unit)
{
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		if (pl_str_eq(unit, pl_str_from(durations[i].unit)))
			return durations[i].seconds;
	}
	return 0;
}

/* The value of digits and underscores; false when it does not fit in 63 bits. */
static bool integer_of(const struct pl_lexer *lx, uint32_t start, uint32_t end, int64_t *ret_value)
{
	int64_t value = 0;
	for (uint32_t i = start; i < end; i++) {
		char c = lx->text.ptr[i];
		if (c == '_')
			continue;
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value))
			return false;
	}
	*ret_value = value;
	return true;
}

/* The value of 0644 where a 0 in front means octal, as it does in a manifest; -1 if it is none. */
static int64_t octal_of(const struct pl_lexer *lx, uint32_t start, uint32_t end)
{
	int64_t value = 0;
	for (uint32_t i = start; i < end; i++) {
		char c = lx->text.ptr[i];
		if (c < '0' || c > '7' || value > INT64_MAX / 8)
			return -1;
		value = value * 8 + (c - '0');
	}
	return value;
}

static void refuse_leading_zero(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t start, uint32_t end)
{
	char room[128] = "";
	struct pl_buf help;
	pl_buf_init_fixed(&help, room, sizeof room - 1);
	pl_buf_adds(&help, "leave out the 0 in front");
	int64_t octal = octal_of(lx, start, end);
	if (octal >= 0)
		pl_buf_addf(&help, "; octal %.*s, as in a file mode, is %lld", (int)(end - start), lx->text.ptr + start,
			    (long long)octal);
	room[help.len] = '\0';
	pl_lex_refuse(lx, t, PL_CODE_E0002, end, room, "a number does not begin with 0");
}

/* Reads the INT between start and end into *ret_value, or refuses the token. */
static bool read_integer(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t start, uint32_t end, int64_t *ret_value)
{
	if (end - start > 1 && lx->text.ptr[start] == '0') {
		refuse_leading_zero(lx, t, start, end);
		return false;
	}
	if (integer_of(lx, start, end, ret_value))
		return true;
	pl_lex_refuse(lx, t, PL_CODE_E0002, end, "the largest is 9223372036854775807", "this number is too large");
	return false;
}

/* --- dates
 * ------------------------------------------------------------------------------------------------------------- */

static bool is_shape_of_date(const struct pl_lexer *lx, uint32_t start)
{
	static const char shape[] = "dddd-dd-dd";
	for (uint32_t i = 0; i < sizeof shape - 1; i++) {
		char c = pl_lex_char(lx, start + i);
		if (shape[i] == 'd' ? !pl_lex_is_digit(c) : c != shape[i])
			return false;
	}
	char after = pl_lex_char(lx, start + 10);
	return !pl_lex_is_word(after) && after != '-';
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01 in the Gregorian calendar; years begin in March here, so that the leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int64_t digits_of(const char *at, unsigned n)
{
	int64_t value = 0;
	for (unsigned i = 0; i < n; i++)
		value = value * 10 + (at[i] - '0');
	return value;
}

bool pl_lex_day(pl_str text, int64_t *ret_days)
{
	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-')
		return false;
	for (unsigned i = 0; i < 10; i++) {
		if (i != 4 && i != 7 && !pl_lex_is_digit(text.ptr[i]))
			return false;
	}
	int64_t year = digits_of(text.ptr, 4), month = digits_of(text.ptr + 5, 2), day = digits_of(text.ptr + 8, 2);
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*ret_days = days_of(year, month, day);
	return true;
}

static void read_date(struct pl_lexer *lx, struct pl_lexeme *t)
{
	int64_t days;
	if (!pl_lex_day((pl_str){lx->text.ptr + t->start, 10}, &days)) {
		pl_lex_refuse(lx, t, PL_CODE_E0110, t->start + 10, "dates are written YYYY-MM-DD",
			      "`%.10s` is not in the calendar", lx->text.ptr + t->start);
		return;
	}
	pl_lex_finish(lx, t, PL_TOKEN_DATE, t->start + 10);
	t->low = days;
}

/* --- numbers
 * ----------------------------------------------------------------------------------------------------------- */

/* A `-` that touches a number on both sides is neither a date nor a subtraction. */
static bool touches_dash(const struct pl_lexer *lx, uint32_t end)
{
	return pl_lex_char(lx, end) == '-' && pl_lex_is_word(pl_lex_char(lx, end + 1));
}

static void refuse_dash(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t end)
{
	while (pl_lex_char(lx, end) == '-' || pl_lex_char(lx, end) == '.' || pl_lex_is_word(pl_lex_char(lx, end)))
		end++;
	pl_lex_refuse(lx, t, PL_CODE_E0002, end, "dates are written YYYY-MM-DD; subtraction needs spaces: `4 - 2`",
		      "`%.*s` is neither a date nor a subtraction", (int)(end - t->start), lx->text.ptr + t->start);
}

static void read_range(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t dots)
{
	uint32_t end = digits_end(lx, dots + 2);
	int64_t low = 0, high = 0;
	if (!pl_lex_is_digit(pl_lex_char(lx, dots + 2)) || pl_lex_is_word(pl_lex_char(lx, end))) {
		pl_lex_refuse(lx, t, PL_CODE_E0002, word_end(lx, end), "a range is two whole numbers: 1..1024",
			      "this range has no end");
		return;
	}
	if (!read_integer(lx, t, t->start, dots, &low) || !read_integer(lx, t, dots + 2, end, &high))
		return;
	if (low > high) {
		pl_lex_refuse(lx, t, PL_CODE_E0002, end, "the smaller number stands first, and both ends are included",
			      "nothing lies in the range %.*s", (int)(end - t->start), lx->text.ptr + t->start);
		return;
	}
	pl_lex_finish(lx, t, PL_TOKEN_RANGE, end);
	t->low = low;
	t->high = high;
}

/* The unit somebody meant who wrote "GB", "GiB" or "gi"; NULL if there is none. */
static const char *meant_unit(pl_str unit)
{
	if (unit.len > 1 && (unit.ptr[unit.len - 1] | 0x20) == 'b')
		unit.len--;
	for (size_t i = 0; i < sizeof quantity_units / sizeof *quantity_units; i++) {
		pl_str known = pl_str_from(quantity_units[i]);
		bool same = known.len == unit.len && known.ptr[0] != 'm';
		for (size_t j = 0; same && j < unit.len; j++)
			same = (known.ptr[j] | 0x20) == (unit.ptr[j] | 0x20);
		if (same)
			return quantity_units[i];
	}
	return NULL;
}

static void refuse_unit(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t digits, uint32_t end)
{
	pl_str unit = {lx->text.ptr + digits, end - digits};
	const char *meant = meant_unit(unit);
	char room[64] = "";
	struct pl_buf help;
	pl_buf_init_fixed(&help, room, sizeof room - 1);
	if (meant && digits - t->start < 24) {
		pl_buf_addf(&help, "write %.*s%s", (int)(digits - t->start), lx->text.ptr + t->start, meant);
		room[help.len] = '\0';
	}
	pl_lex_refuse(lx, t, PL_CODE_E0002, end, help.len ? room : UNITS_HELP, "there is no unit `%.*s`",
		      (int)(unit.len > 40 ? 40 : unit.len), unit.ptr);
}

/* A number with what is written after it: a unit, or nothing. */
static void read_unit(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t digits, bool decimal)
{
	uint32_t end = word_end(lx, digits);
	pl_str unit = {lx->text.ptr + digits, end - digits};
	int64_t value = 0, seconds = decimal ? 0 : seconds_of(unit);
	if (touches_dash(lx, end)) {
		refuse_dash(lx, t, end);
	} else if (unit.len == 0 && decimal) {
		pl_lex_finish(lx, t, PL_TOKEN_DECIMAL, end);
	} else if (is_quantity_unit(unit)) {
		pl_lex_finish(lx, t, PL_TOKEN_QTY, end);
	} else if (unit.len && !seconds) {
		refuse_unit(lx, t, digits, end);
	} else if (read_integer(lx, t, t->start, digits, &value)) {
		if (seconds && __builtin_mul_overflow(value, seconds, &value))
			value = INT64_MAX;
		pl_lex_finish(lx, t, seconds ? PL_TOKEN_DUR : PL_TOKEN_INT, end);
		t->low = value;
	}
}

static void read_decimal(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t dot)
{
	uint32_t end = dot + 1;
	int64_t whole = 0;
	while (pl_lex_is_digit(pl_lex_char(lx, end)))
		end++;
	if (pl_lex_char(lx, end) == '.' && pl_lex_is_digit(pl_lex_char(lx, end + 1))) {
		while (pl_lex_is_word(pl_lex_char(lx, end)) || pl_lex_char(lx, end) == '.')
			end++;
		pl_lex_refuse(lx, t, PL_CODE_E0002, end, "versions are written with a v: v1.27.3; addresses in quotes",
			      "`%.*s` is not a number", (int)(end - t->start), lx->text.ptr + t->start);
		return;
	}
	if (read_integer(lx, t, t->start, dot, &whole))
		read_unit(lx, t, end, true);
}

void pl_lex_number(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t end = digits_end(lx, t->start);
	if (is_shape_of_date(lx, t->start))
		read_date(lx, t);
	else if (pl_lex_char(lx, end) == '.' && pl_lex_char(lx, end + 1) == '.')
		read_range(lx, t, end);
	else if (pl_lex_char(lx, end) == '.' && pl_lex_is_digit(pl_lex_char(lx, end + 1)))
		read_decimal(lx, t, end);
	else
		read_unit(lx, t, end, false);
}

void pl_lex_version(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t word_end_)
{
	uint32_t end = word_end_;
	for (unsigned parts = 1; parts < 3; parts++) {
		if (pl_lex_char(lx, end) != '.' || !pl_lex_is_digit(pl_lex_char(lx, end + 1)))
			break;
		end = digits_end(lx, end + 1);
	}
	char c = pl_lex_char(lx, end);
	if (pl_lex_is_word(c) || ((c == '.' || c == '-' || c == '+') && pl_lex_is_word(pl_lex_char(lx, end + 1)))) {
		while (pl_lex_is_word(c) || c == '.' || c == '-' || c == '+')
			c = pl_lex_char(lx, ++end);
		pl_lex_refuse(lx, t, PL_CODE_E0002, end,
			      "a version has up to three numbers: v1, v1.27, v1.27.3; what follows them never counts",
			      "`%.*s` is not a version", (int)(end - t->start), lx->text.ptr + t->start);
		return;
	}
	pl_lex_finish(lx, t, PL_TOKEN_VERSION, end);
}
