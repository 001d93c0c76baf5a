# plimsoll: the whole build, one file, nothing recursive. `make help` lists what there is.
VARIANT ?= release
B := build/$(VARIANT)
CC ?= cc
PKGS_LIB := libpcre2-8
PKGS_CLI := yaml-0.1
PKGS_SERVER := libmicrohttpd gnutls jansson
PKGS_TEST := cmocka jansson

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wcast-qual -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Wvla -Werror
BASE := -std=c11 -D_GNU_SOURCE -g -fvisibility=hidden -fno-strict-aliasing -ffile-prefix-map=$(CURDIR)=. -MMD -MP
HARDEN := -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fPIE \
	-ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks
SAN := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DPL_CHECKED -DPL_ARENA_SPLIT
FLAGS_release := $(HARDEN)
LINK_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
FLAGS_dev := -O1 -DPL_CHECKED
FLAGS_asan := $(SAN)
LINK_asan := -fsanitize=address,undefined
FLAGS_cov := -O0 --coverage -DPL_CHECKED
LINK_cov := --coverage
FLAGS_tsan := -O1 -fsanitize=thread -DPL_CHECKED
LINK_tsan := -fsanitize=thread
FLAGS_fuzz := $(SAN) -fsanitize=fuzzer-no-link
LINK_fuzz := -fsanitize=address,undefined,fuzzer
ifeq ($(VARIANT),fuzz)
CC := clang
endif

pkgflags = $(shell pkg-config --$(1) $(2))
PKG_CFLAGS := $(call pkgflags,cflags,$(PKGS_LIB) $(PKGS_CLI) $(PKGS_SERVER))
CPPFLAGS := -Iinclude -Ipolicy -I$(B)/gen
CFLAGS := $(BASE) $(WARN) $(FLAGS_$(VARIANT)) $(EXTRA_CFLAGS)
LDFLAGS := $(LINK_$(VARIANT))

LIB_SRC := $(wildcard policy/*.c policy/base/*.c policy/doc/*.c policy/model/*.c policy/lang/*.c policy/vm/*.c policy/report/*.c policy/tools/*.c)
CLI_SRC := $(wildcard policy/cli/*.c)
SERVER_SRC := $(wildcard server/*.c)
UNIT_SRC := $(wildcard tests/unit/*_test.c)
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
DIFF_SRC := $(wildcard tests/diff/*_diff.c)
PACKS := $(sort $(wildcard policy/rules/*.plim))

obj = $(patsubst %.c,$(B)/%.o,$(1))
LIB := $(B)/libplimsoll.a
CLI := $(B)/plimsoll
SERVER := $(B)/plimsolld
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_SRC))
DIFF := $(patsubst tests/diff/%.c,$(B)/diff/%,$(DIFF_SRC))

.PHONY: all
all: $(CLI) $(SERVER) ## build both programs (VARIANT=release|dev|asan|tsan|cov|fuzz)

$(B)/gen/packs.inc: $(PACKS) policy/rules/embed.sh
	@mkdir -p $(@D)
	sh policy/rules/embed.sh $(PACKS) > $@

$(B)/policy/policy.o: $(B)/gen/packs.inc
# A pack is one string literal; both compilers take any length.
$(B)/policy/policy.o: CFLAGS += -Wno-overlength-strings

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -c $< -o $@

$(LIB): $(call obj,$(LIB_SRC))
	@rm -f $@
	ar rcs $@ $^

$(CLI): $(call obj,$(CLI_SRC)) $(LIB)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_CLI))

$(SERVER): $(call obj,$(SERVER_SRC)) $(LIB)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_SERVER)) -lpthread

$(B)/unit/%: $(B)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_CLI) $(PKGS_TEST))

$(B)/diff/%: $(B)/tests/diff/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_CLI) $(PKGS_TEST))

$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(filter-out $(LIB),$^) $(LIB) -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_CLI) $(PKGS_SERVER)) -lpthread

# --- tests: everything runs with sanitizers; a suite that counts nothing has failed --------------------------------------
T := build/asan
PAIRS := /usr/bin/python3 tests/diff/ref/pairs.py
LINTS := layers headers banned onelib names format ratchet
.PHONY: lint
lint: ## house lints: layers, headers, banned calls, purity, prefix, format, ratchet
	@set -e; for l in $(LINTS); do sh tests/lint/$$l.sh; done
	@$(MAKE) -s VARIANT=release build/release/libplimsoll.a
	@sh tests/lint/prefix.sh build/release/libplimsoll.a
	@sh tests/lint/purity.sh build/release/libplimsoll.a

.PHONY: units
units: $(UNIT) $(DIFF)

.PHONY: fuzzers
fuzzers: $(FUZZ) ## fuzz targets (VARIANT=fuzz); run them with tests/fuzz/run.sh SECONDS

.PHONY: test
test: ## every suite with sanitizers; ends with a count
	@echo "== lints"
	@$(MAKE) -s lint
	@echo "== build with sanitizers"
	@$(MAKE) -s -j2 VARIANT=asan all units regress build/asan/oracle/pairs_probe
	@echo "== build as released, for what sanitizers hide: heap allocations and resident memory"
	@$(MAKE) -s -j2 VARIANT=release all build/release/unit/verdict_test
	@echo "== suites"
	@PLIMSOLLD=$(T)/plimsolld PLIMSOLL_SANITIZED=1 sh tests/tools/suite.sh $(T) \
		$(foreach u,$(patsubst tests/unit/%.c,%,$(UNIT_SRC)),'unit/$(u)=$(T)/unit/$(u)') \
		$(foreach d,$(patsubst tests/diff/%.c,%,$(DIFF_SRC)),'diff/$(d)=$(T)/diff/$(d)') \
		'diff/pairs=$(PAIRS) $(T)/oracle/pairs_probe --pairs 8000 --properties 6' \
		'fuzz-regress=sh tests/fuzz/regress.sh $(T)' \
		'lang=/usr/bin/python3 tests/lang/run.py $(T)' \
		'manual=/usr/bin/python3 tests/lang/manual.py $(T)' \
		'man=/usr/bin/python3 tests/man/run.py' \
		'model=/usr/bin/python3 tests/model/run.py $(T)' \
		'rules=/usr/bin/python3 tests/rules/run.py $(T)' \
		'suites=sh tests/suites/run.sh $(T)' \
		'packs/pss=/usr/bin/python3 tests/packs/pss/run.py $(T)' \
		'cli=/usr/bin/python3 tests/cli/run.py $(T)' \
		'analyze=/usr/bin/python3 tests/analyze/run.py $(T)' \
		'wire=/usr/bin/python3 tests/wire/run.py' \
		$(foreach i,$(patsubst tests/integration/%_test.py,%,$(wildcard tests/integration/*_test.py)),'integration/$(i)=/usr/bin/python3 tests/integration/$(i)_test.py') \
		'doors=/usr/bin/python3 tests/doors/run.py $(T)' \
		'released/heap=build/release/unit/verdict_test' \
		'released/memory=PLIMSOLLD=build/release/plimsolld PLIMSOLL_SANITIZED= /usr/bin/python3 tests/integration/large_test.py'

# The target that tests the server's parts links them, all but its main.
PARTS := $(filter-out %/plimsolld.o,$(call obj,$(SERVER_SRC)))
$(B)/fuzz/review_fuzz $(B)/regress/review: $(PARTS)

# What the fuzzer of programs makes them up with.
PROGRAM_PARTS := $(call obj,$(filter-out %_fuzz.c %/replay.c,$(wildcard tests/fuzz/*.c)))
$(B)/fuzz/program_fuzz $(B)/regress/program: $(PROGRAM_PARTS)

# Fuzz targets without a fuzzer: replay corpus and past crashes in the ordinary tests.
REGRESS := $(patsubst tests/fuzz/%_fuzz.c,$(B)/regress/%,$(FUZZ_SRC))
.PHONY: regress
regress: $(REGRESS)
$(B)/regress/%: $(B)/tests/fuzz/%_fuzz.o $(B)/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(filter-out $(LIB),$^) $(LIB) -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_CLI) $(PKGS_SERVER)) -lpthread

$(B)/bench/%: $(B)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_TEST))

.PHONY: bench
bench: $(SERVER) $(B)/bench/decide_bench $(B)/bench/data_bench $(B)/bench/rules_bench $(B)/bench/stubd ## reading and deciding against jansson, HTTPS against a stub: ratios of one run
	@sh tests/tools/packages.sh bench
	$(B)/bench/decide_bench
	$(B)/bench/data_bench
	$(B)/bench/rules_bench
	/usr/bin/python3 tests/bench/https_bench.py $(B)

# The server with its webhook handler replaced: what TLS, HTTP and threads alone can do.
$(B)/bench/stubd: $(call obj,$(SERVER_SRC)) $(B)/tests/bench/stub.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--wrap=pl_admission_answer $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_SERVER)) -lpthread

PREFIX ?= /usr/local
VERSION := $(shell sed -n 's/^\#define PL_VERSION "\(.*\)"/\1/p' include/plimsoll/plimsoll.h)
.PHONY: install
install: all ## both programs, their man pages, the library with its headers and plimsoll.pc, below $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/include/plimsoll $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 755 $(CLI) $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(SERVER) $(DESTDIR)$(PREFIX)/sbin
	install -m 644 include/plimsoll/*.h include/plimsoll/*.def $(DESTDIR)$(PREFIX)/include/plimsoll
	install -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib
	@if [ -x /usr/bin/python3 ]; then $(MAKE) -s man && for n in 1 5 8; do install -d $(DESTDIR)$(PREFIX)/share/man/man$$n && \
		install -m 644 build/man/*.$$n $(DESTDIR)$(PREFIX)/share/man/man$$n || exit 1; done; \
	else echo "no man pages: they are made by python3, which is not installed"; fi
	printf '%s\n' 'Name: plimsoll' 'Description: admission and policy decisions for pods and ECS tasks' 'Version: $(VERSION)' \
		'Cflags: -I$(PREFIX)/include' 'Libs: -L$(PREFIX)/lib -lplimsoll' 'Requires.private: $(PKGS_LIB) $(PKGS_CLI)' \
		> $(DESTDIR)$(PREFIX)/lib/pkgconfig/plimsoll.pc

.PHONY: man
man: ## the man pages plimsoll(1), plimsoll-policy(5), plimsolld(8), in build/man
	/usr/bin/python3 -B policy/man/pages.py build/man

.PHONY: manual
manual: ## write the tables of policy/LANGUAGE.md and README.md anew from the .def files
	/usr/bin/python3 -B policy/man/tables.py

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

.PHONY: clean
clean: ## remove everything built
	rm -rf build

# --- independent oracles: our readers against the Go libraries of Kubernetes and of container registries (tests/diff/README.md) -----
$(B)/oracle/%_probe: $(B)/tests/diff/%_probe.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkgflags,libs,$(PKGS_LIB) $(PKGS_CLI))

.PHONY: oracle
oracle: $(B)/oracle/oracle_probe $(B)/oracle/psa_probe ## our readers and the PSS pack against Go's (needs Go and its modules; skipped without; CASES=DIR adds manifests)
	sh tests/diff/oracle.sh $(B) $(CASES)
	sh tests/diff/psa.sh $(B)

# --- the second evaluator: programs, documents and contexts made at random, judged twice (tests/diff/README.md) ------------------------
N ?= 1000000
SEED ?= 1
.PHONY: pairs
pairs: $(B)/oracle/pairs_probe ## N pairs of program and document judged by both evaluators, and properties of the verdicts (SEED=S)
	$(PAIRS) $< --pairs $(N) --properties $$(($(N) / 2500)) --seed $(SEED) --jobs $$(nproc)

.PHONY: nightly
nightly: pairs ## what takes too long for `make test`: a million pairs

-include $(shell find $(B) -name '*.d' 2>/dev/null)
