/* types.h - what the type checker asks about types: which go together, and what they are called. spec: language.md 3.6
 */
#ifndef PL_LANG_TYPES_H
#define PL_LANG_TYPES_H

#include "ast.h"
#include "model/schema.h"

struct pl_buf;

struct pl_type pl_type_scalar(enum pl_type_kind kind);
/* A list of elem; elem must not itself be a list, map or entry. */
struct pl_type pl_type_list(struct pl_type elem);
/* A map to elem: a scalar, a row, or a list of scalars that are no enums. */
struct pl_type pl_type_map(struct pl_type elem);
/* What a loop over a list or map yields: an element, or an entry. PL_T_NONE for anything else. */
struct pl_type pl_type_element(struct pl_type list);
/* The value of an entry, or what a map holds. */
struct pl_type pl_type_held(struct pl_type t);

/* An int, or an amount with a unit. */
bool pl_type_is_number(struct pl_type t);
/* Values of t are texts: strings, enums and ports that may be named. */
bool pl_type_is_text(struct pl_type t);
/* A single value that can be compared with ==. */
bool pl_type_is_scalar(struct pl_type t);
/* < <= > >= */
bool pl_type_is_ordered(struct pl_type t);
/* May stand on both sides of a comparison or in one set; lists by their elements. The empty set goes with every list.
 */
bool pl_type_together(struct pl_type a, struct pl_type b);
/* The type of a + b, when they go together: the more definite of the two. */
struct pl_type pl_type_sum(struct pl_type a, struct pl_type b);

/* Appends what people call it: "memory", "CPU", "a list of strings", "`SecurityContext`". */
void pl_type_describe(struct pl_type t, struct pl_buf *out);

/* A scalar type by its name in a `param` or argument; PL_T_NONE when there is none. Subjects are types too. */
struct pl_type pl_type_named(pl_str name);

#endif
