# The build of seal-exec, by hand: GNU make, wildcard sources, dependency files from the compiler.
# Adding a source file, a unit test, a probe, a fuzz target or a bundle edits nothing here.
#
#   make                ./seal-exec                make check     unit and live tests under prove
#   make lint           all that reads the code    make format    clang-format, in place
#   make asan           tests under ASan+UBSan     make fuzz      SECONDS=60 of all targets
#   make check-mutants  do the tests notice?       make bench     tests/bench/run
#   make accept B=NAME  golden files anew          make readme    its table of bundles
#   make install        DESTDIR= prefix=
#
# WERROR=1 makes warnings errors (CI and lint do; a user's newer compiler must not break a build).
# BUILD=NAME builds a variant under build/NAME, beside the plain one: own objects, own binary.
# MUTANT=LAYER (or A+B) builds the program without a layer, under build/mutant/LAYER: own objects of
# the files that ask for it (base/mutant.h), the rest from the plain build, which must be there.

ifneq ($(filter-out clean distclean format,$(or $(MAKECMDGOALS),all)),)
ifeq ($(wildcard config.mk),)
$(error not configured yet; run ./bootstrap build)
endif
include config.mk
endif

SECONDS ?= 60
JOBS    ?= 2

# --- What there is ------------------------------------------------------------------------------

layers := base model read policy plan render host launch keeper doctor cli

b    := build$(if $(BUILD),/$(BUILD))$(if $(MUTANT),/mutant/$(MUTANT))
bin  := $(if $(BUILD)$(MUTANT),$b/seal-exec,seal-exec)
pick  = $(filter-out %_$(OTHER_PLATFORM).c,$(sort $(wildcard $1)))

src      := $(call pick,$(layers:%=wrapper/%/*.c))
gen_src  := $(call pick,wrapper/gen/*.c)
gen_lib  := $(call pick,wrapper/gen/lib/*.c)
gen_base := $(call pick,$(patsubst %,wrapper/%/*.c,base model read))
made     := build/gen/catalog_data.c
filters  := $(if $(filter linux,$(PLATFORM)),$(if $(MUTANT),$b,build)/gen/syscall_filters.c)
keeper_filters := $(if $(filter linux,$(PLATFORM)),build/gen/keeper_filters.c)
more_filters := $(if $(filter linux,$(PLATFORM)),$(patsubst %,build/gen/%_filters.c,no_internet tcp_only no_namespaces))
inner_src := $(call pick,wrapper/inner/*.c) wrapper/model/layers.c $(filters) $(more_filters)

unit_src := $(call pick,tests/unit/*_test.c)
unit_lib := $(filter-out $(unit_src),$(call pick,tests/unit/*.c))
fuzz_src := $(call pick,tests/fuzz/*_fuzz.c)
units    := $(unit_src:tests/unit/%.c=$b/unit/%)
fuzzers  := $(fuzz_src:tests/fuzz/%.c=$b/fuzz/%)
probes   := $(patsubst tests/probe/%.c,build/probe/%,$(call pick,tests/probe/*.c))
# The slowest first: at the end they would be waited for alone.
slow     := $(wildcard tests/live/79-faults.t tests/live/24-kill.t tests/live/82-dbus.t \
	tests/live/84-watch.t)
live     := $(slow) $(filter-out $(slow),$(sort $(wildcard tests/live/*.t)))
man_pages := $(patsubst man/%.in,build/man/%,$(sort $(wildcard man/*.in)))

# Where the object of a source is: in this build's folder, or in the plain one's if it is the same.
mutable  := $(if $(MUTANT),$(filters) $(shell grep -lE 'WITHOUT' -r wrapper --include='*.c') \
	wrapper/launch/program_linux.c)
home      = $(if $(MUTANT),$(if $(filter $1,$(mutable)),$b,build),$b)
obj       = $(foreach f,$1,$(call home,$f)/obj/$(f:.c=.o))
gen_obj   = $(patsubst %.c,build/gen/obj/%.o,$1)
inner    := $(if $(MUTANT),$b,build)/inner/inner
inner_obj = $(foreach f,$1,$(if $(filter $f,$(mutable)),$b,build)/inner/$(f:.c=.o))
core     := $(filter-out $(call obj,wrapper/cli/main.c),$(call obj,$(src) $(made) $(keeper_filters) \
	$(if $(filter asan,$(BUILD)),tests/asan.c)))

# --- How it is compiled -------------------------------------------------------------------------

strict   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)
language := -std=c11 -D_GNU_SOURCE -I. -Iwrapper $(LIB_CFLAGS) \
	$(if $(MUTANT),-DSEAL_WITHOUT='(1ULL<<MUTANT_$(subst +,|1ULL<<MUTANT_,$(MUTANT)))')
checked  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# A variant has its own flags; the plain build is hardened.
variant_cflags       = $(HARDEN_CFLAGS)
variant_ldflags      = $(HARDEN_LDFLAGS)
ifneq ($(BUILD),)
variant_cflags      := $(EXTRA_CFLAGS)
variant_ldflags     := $(EXTRA_CFLAGS)
endif

# The step inside the sandbox is a program of its own, linked with nothing: that no function of the
# C library is used is proved by the linker. Whatever CFLAGS says comes first and is overruled.
freestanding := -O2 -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-lto -U_FORTIFY_SOURCE
inner_link   := -nostdlib -static -s -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,noseparate-code

# One short line a step; V=1 shows the commands.
step    = $(if $(V),,@printf '  %-5s %s\n' $1 $2;)
compile = $(CC) $(language) $(CPPFLAGS) $(strict) $(CFLAGS) $(variant_cflags) -MMD -MP
link    = $(CC) $(CFLAGS) $(variant_cflags) $(LDFLAGS) $(variant_ldflags)

all: $(bin) $(man_pages)

# The plain build may start without the loader; a variant's sanitizers need it.
$(bin): $(core) $(call obj,wrapper/cli/main.c)
	$(call step,LINK,$@) $(link) $(if $(BUILD),,$(PRODUCT_LDFLAGS)) -o $@ $^ \
		$(if $(BUILD),$(RUN_LIBS),$(PRODUCT_LIBS))

$b/obj/%.o: %.c config.mk
	@mkdir -p $(@D)
	$(call step,CC,$<) $(compile) -c -o $@ $<

define inner_cc
@mkdir -p $(@D)
$(call step,CC,$<) $(CC) $(language) $(CPPFLAGS) $(strict) $(CFLAGS) $(freestanding) -MMD -MP -c -o $@ $<
endef

$(inner): $(call inner_obj,$(inner_src))
	$(call step,LINK,$@) $(CC) $(inner_link) -o $@ $^

# One inner serves all variants but mutants; lint compiles its sources with each compiler.
build/inner/%.o: %.c config.mk
	$(inner_cc)
ifneq ($(BUILD)$(MUTANT),)
$b/inner/%.o: %.c config.mk
	$(inner_cc)
endif

# It is in seal-exec as bytes (.incbin), which no dependency file tells.
$(call obj,wrapper/launch/program_linux.c): $(inner)
$(call obj,wrapper/launch/program_linux.c): private language += -I$(inner:/inner/inner=)

# --- Generators: run here while building, whatever machine seal-exec is for ----------------------

# They have objects of their own (another compiler, when cross-compiling) and take from an archive
# what they use of the readers, so that a reader may refer to what a generator makes.
build/gen/obj/%.o: %.c config.mk
	@mkdir -p $(@D)
	$(call step,CC,$@) $(CC_FOR_BUILD) $(language) $(strict) -O1 -g -MMD -MP -c -o $@ $<

build/gen/readers.a: $(call gen_obj,$(gen_base))
	$(call step,AR,$@) rm -f $@ && ar rcs $@ $^

generators := $(gen_src:wrapper/gen/%.c=build/gen/%)
$(generators): build/gen/%: build/gen/obj/wrapper/gen/%.o $(call gen_obj,$(gen_lib)) build/gen/readers.a
	$(call step,LINK,$@) $(CC_FOR_BUILD) -o $@ $^ $(GEN_LIBS)

# The folders are prerequisites too: a bundle that is taken away changes nothing else.
bundles  := $(filter-out %/TEMPLATE.toml,$(sort $(wildcard bundles/*.toml)))
call_profiles := $(patsubst %,profiles/%.toml,syscalls keeper no-internet tcp-only no-namespaces)
profiles := $(filter-out $(call_profiles),$(sort $(wildcard profiles/*.toml)))
build/gen/catalog_data.c: build/gen/catalog $(bundles) $(profiles) bundles profiles
	$(call step,GEN,$@) build/gen/catalog $@ $(bundles) $(profiles)

ifneq ($(MUTANT),)
# Two layers are instructions of the filter: TIOCSTI's number, and what a foreign ABI's check jumps
# over. That a mutant which has neither gets the plain filter is cmp's to say.
spoil := $(if $(findstring TIOCSTI,$(MUTANT)),s/0x00005412}/0xffffffff}/;) \
	$(if $(findstring FOREIGN_ABI,$(MUTANT)),s/\({0x15, [0-9]*, \)[0-9]*\(, 0xc00000[3b][e7]}\)/\10\2/;)
$b/gen/syscall_filters.c: build/gen/syscall_filters.c
	@mkdir -p $(@D)
	$(call step,GEN,$@) sed '$(spoil)' $< >$@; cmp -s $< $@; test $$? = $(if $(strip $(spoil)),1,0)
endif

filter_of = $(patsubst syscall,syscalls,$(subst _,-,$1))
build/gen/%_filters.c: build/gen/syscalls $(call_profiles)
	$(call step,GEN,$@) build/gen/syscalls profiles/$(call filter_of,$*).toml $*_filters $@

# The tables in the man pages come from the rows that the program is made of.
build/man/%: man/%.in build/gen/manual profiles/protect.toml $(bundles) bundles
	@mkdir -p $(@D)
	$(call step,GEN,$@) build/gen/manual $< $@ profiles/protect.toml $(bundles)

# So does the README's, which is kept in the repository: tests/lint/readme says when it is stale.
build/gen/README.md: README.md build/gen/readme $(bundles) bundles
	$(call step,GEN,$@) build/gen/readme $< $@ $(bundles)

readme: build/gen/README.md
	cmp -s $< README.md || cp $< README.md

# --- Tests --------------------------------------------------------------------------------------

export SEAL_EXEC ?= $(CURDIR)/$(bin)

$(units): $b/unit/%: $(call obj,tests/unit/%.c) $(call obj,$(unit_lib) $(gen_lib) $(filters)) $(core)
	@mkdir -p $(@D)
	$(call step,LINK,$@) $(link) -o $@ $^ $(RUN_LIBS) $(GEN_LIBS)

toml_json := $(if $(BUILD),$b,tests)/toml-json
export TOML_JSON ?= $(CURDIR)/$(toml_json)
$(toml_json): $(call obj,tests/toml-json.c) $(core)
	$(call step,LINK,$@) $(link) -o $@ $^ $(RUN_LIBS)

# Static, and nothing of ours in them: a probe must run in whatever view a sandbox gives it.
$(probes): build/probe/%: tests/probe/%.c config.mk
	@mkdir -p $(@D)
	$(call step,CC,$<) $(CC) -std=c11 -D_GNU_SOURCE $(strict) $(CFLAGS) -static -o $@ $<

prove = prove -j$(JOBS) --timer --exec tests/one

test_programs := $(units) $(probes) $(toml_json)

# At its end the rows of containment are counted, in what all these tests said.
check: all $(test_programs)
	@status=0; $(prove) $(units) $(live) || status=$$?; \
		tests/rows tests/containment.rows $(units) $(live) || status=1; exit $$status

check-unit: $(units)
	$(prove) $(units)

# Writes tests/golden/plan/ and tests/golden/bundles/ anew, or with B=NAME that bundle's effects;
# git diff shows what it means.
accept: $(if $(B),,$b/unit/plan_test) $b/unit/effects_test
	for test in $^; do SEAL_ACCEPT=$(or $(B),1) $$test >/dev/null || exit 1; done

check-live: all $(test_programs)
	$(prove) $(live)

# The whole suite again. Not under sanitizers are the step inside (linked with nothing, so with no
# sanitizer's runtime either; its readers are in the unit tests) and the probes (nothing of ours).
# CI takes a part of the live tests, for the time.
ASAN_LIVE ?= $(live)

asan: $(test_programs)
	$(MAKE) BUILD=asan EXTRA_CFLAGS='$(checked)' asan-run

# The options are built in (tests/asan.c), and by the variable tests know under what they run.
asan-run: export SEAL_EXEC = $(CURDIR)/$(bin)
asan-run: export ASAN_OPTIONS = detect_leaks=0:verify_asan_link_order=0
asan-run: export TOML_JSON = $(CURDIR)/$(toml_json)
asan-run: all $(units) $(toml_json)
	$(prove) $(units) $(ASAN_LIVE)

# Each layer away once: do its rows' tests fail? (tests/mutants, tests/mutate) Where a layer is away a
# test waits for what does not come, so there are twice as many at a time.
check-mutants: all $(test_programs)
	tests/mutate -j$$((2 * $(JOBS))) $(LAYERS)

fuzz:
	$(MAKE) BUILD=fuzz CC=clang EXTRA_CFLAGS='$(checked) -fsanitize=fuzzer-no-link' fuzz-run

fuzz-run: $(fuzzers)
	tests/fuzz/all $(SECONDS) $(fuzzers)

$(fuzzers): $b/fuzz/%: $b/obj/tests/fuzz/%.o $(core)
	@mkdir -p $(@D)
	$(call step,LINK,$@) $(link) -fsanitize=fuzzer -o $@ $^ $(RUN_LIBS)

bench: all $(probes)
	tests/bench/run

# --- Lint ---------------------------------------------------------------------------------------

c_files  = $(shell find wrapper tests -name '*.[ch]' | sort)
scripts  = $(shell grep -lIE '^.!.*[/ ](ba|da)?sh$$' bootstrap .ci/run $$(find tests -type f) | sort)
analysed = $(src) $(filter-out $(filters) $(more_filters),$(inner_src)) $(gen_src) $(gen_lib)

lint: lint-rules lint-format lint-warnings lint-headers lint-cppcheck lint-tidy lint-shell lint-man

# Ours, a dozen lines each; tests/live/05-lint.t shows that each can fail.
lint-rules: build/gen/README.md
	$(call step,LINT,readme) tests/lint/readme README.md $<
	$(call step,LINT,includes) tests/lint/includes
	$(call step,LINT,exec) tests/lint/exec
	$(call step,LINT,banned) tests/lint/banned
	$(call step,LINT,sizes) tests/lint/sizes
	$(call step,LINT,text) tests/lint/text

lint-format:
	$(call step,LINT,clang-format) clang-format --dry-run -Werror $(c_files)

# Every object, with both compilers, optimised so that what needs data flow is seen.
lint-warnings: $(made) $(filters) $(more_filters) $(keeper_filters) build/inner/inner
	$(MAKE) BUILD=lint-gcc CC=gcc WERROR=1 EXTRA_CFLAGS='-O2 -D_FORTIFY_SOURCE=2' objects
	$(MAKE) BUILD=lint-clang CC=clang WERROR=1 EXTRA_CFLAGS='-O2 -D_FORTIFY_SOURCE=2' objects

objects: $(call obj,$(src) $(made) $(gen_src) $(gen_lib) $(unit_src) $(unit_lib) $(fuzz_src) \
	$(wildcard tests/*.c tests/probe/*.c) $(filters) $(keeper_filters)) $(inner_src:%.c=$b/inner/%.o)

lint-headers:
	$(call step,LINT,headers) tests/lint/headers $(CC) $(language) $(CPPFLAGS) $(strict) -Werror

lint-cppcheck: $(made)
	$(call step,LINT,cppcheck) cppcheck --quiet --error-exitcode=1 -j $(JOBS) --std=c11 --inline-suppr \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		-D_GNU_SOURCE -I. -Iwrapper $(analysed) $(unit_src) $(fuzz_src)

# One file a process (more confuse version 14); stderr counts the warnings that it does not show.
lint-tidy: $(made)
	@clang-tidy --version >/dev/null
	$(call step,LINT,clang-tidy) printf '%s\n' $(analysed) | xargs -P $(JOBS) -I {} sh -c 'clang-tidy --quiet {} -- $(language) 2>/dev/null'

lint-shell:
	$(call step,LINT,shellcheck) shellcheck $(scripts)

lint-man: $(man_pages)
	$(if $(man_pages),$(call step,LINT,mandoc) mandoc -T lint -W warning $(man_pages))

format:
	clang-format -i $(c_files)

# --- Install ------------------------------------------------------------------------------------

# Plain modes, whatever the umask; seal-exec is never setuid (bwrap needs no help from it).
install: all
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(docdir) $(DESTDIR)$(sysconfdir)/seal-exec/bundles
	install -m 0755 seal-exec $(DESTDIR)$(bindir)/seal-exec
	install -m 0644 $(docs) profiles/explain.schema.json $(DESTDIR)$(docdir)/
	for page in $(man_pages); do dir=$(DESTDIR)$(mandir)/man$${page##*.}; \
		install -d "$$dir" && install -m 0644 "$$page" "$$dir/" || exit 1; done

uninstall:
	rm -f $(DESTDIR)$(bindir)/seal-exec $(docs:%=$(DESTDIR)$(docdir)/%) \
		$(DESTDIR)$(docdir)/explain.schema.json
	for page in $(man_pages); do \
		rm -f "$(DESTDIR)$(mandir)/man$${page##*.}/$${page#build/man/}"; done
	-rmdir $(DESTDIR)$(docdir) $(DESTDIR)$(sysconfdir)/seal-exec/bundles $(DESTDIR)$(sysconfdir)/seal-exec

docs := $(wildcard LICENSE README.md NEWS.md SECURITY.md)

clean:
	rm -rf build seal-exec tests/toml-json

distclean: clean
	rm -rf autom4te.cache configure configure~ config.h config.log config.mk config.status

# --- The build's own files ----------------------------------------------------------------------

configure: configure.ac
	autoconf

config.status: configure
	if [ -f $@ ]; then ./$@ --recheck; else ./configure; fi

config.mk: config.mk.in config.h.in config.status
	./config.status

-include $(shell find build -name '*.d' 2>/dev/null)

.DELETE_ON_ERROR:
.PHONY: all accept readme check check-unit check-live check-mutants asan asan-run fuzz fuzz-run bench objects format \
	install uninstall clean distclean lint lint-rules lint-format lint-warnings lint-headers \
	lint-cppcheck lint-tidy lint-shell lint-man
