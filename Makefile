# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One non-recursive build. Products of variant V (release, debug, asan, tsan, clang, aarch64) lie in
# build/V.
#
#   make            build/release/cordon and the driver images
#   make demo       the main job, shown (root)
#   make test       everything that must hold (root); make V=asan check runs one variant
#   make install    to PREFIX (/usr/local), below DESTDIR if that is set; make uninstall
#   make install-module  the kernel module's sources, for DKMS (docs/kernel.md); make uninstall-module
#   make lint       clang-tidy, format, links, shell scripts
#   make module     cordon.ko, for the kernel headers in KDIR (both kernels of scripts/vm)
#   make vm         a shell in a guest with a Debian kernel (docs/vm.md)
#   make man        the man pages, in build/man
#   make bench      what each way across costs, ours and others' (docs/ladder.md)
#   make bench-check  its ratios against those in bench/results
#   make bench-guest  the kernel's rungs of it, in a guest, emulated where there is no KVM
#   make bench-probes  what USDT probes cost that nobody attached to (docs/tracing.md)
#   make bench-net  iperf3 through the fences, in alternating pairs (root)
#   make bench-wait what waiting costs, by policy (root)
#   make bench-kernel  a driver behind the kernel, against the kernel's own, in guests (docs/vm.md)
#   make bench-blk  disks, against the kernel's own in a guest, against qemu-nbd here
#   make fuzz-cdl   the stub compiler, and both ends of calls that it made, for FUZZ_SECONDS or FUZZ_RUNS each
#   make campaign-kill  300 crashes under traffic that is compared (root)
#   make campaign-kernel  loads, kills, lies and silences, in guests of both kernels
#   make campaign-blk  a disk whose driver is killed, in guests of both kernels and behind NBD (root)
#   make bench-crashes  what a crash a second costs (root)
#   make practicality  lines of drivers, interfaces, and of what has to be trusted

MAKEFLAGS += -rR --no-print-directory
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

VERSION := 0.1
V ?= release
VARIANTS := release debug asan tsan clang aarch64
ifeq ($(filter $(V),$(VARIANTS)),)
$(error V=$(V): not one of $(VARIANTS))
endif

CC := gcc
CXX := g++
CLANG ?= clang
AR := ar
ARCH := $(shell uname -m)

# ---- what is built from what ---------------------------------------------------------------------

CHANNELS := $(wildcard channels/*.c)
# Compiled twice: into every program, and freestanding into every driver image.
SHARED := $(CHANNELS) core/fiber.c core/loop.c core/call.c core/sleeper.c core/io.c core/io_file.c core/domain.c
RUNTIME := $(wildcard core/runtime/*.c)
# dir/x.cdl makes build/gen/dir/x.cdl.h and so on, which are included as "dir/x.cdl.h".
INTERFACES := $(wildcard domains/*/*.cdl tests/cdl/*.cdl bench/ladder/*.cdl)
GENERATED := $(INTERFACES:%=build/gen/%.h)
# Of the classes: servers, for drivers, and names of calls.
SERVERS := $(patsubst %,build/gen/%_server.c,$(filter domains/%,$(INTERFACES)))
DECODERS := $(patsubst %,build/gen/%_decode.c,$(filter domains/%,$(INTERFACES)))
DRIVER_LIB := domains/net/wire.c domains/blk/serve.c $(SERVERS:build/%=%)
DRIVERS := $(wildcard domains/*/drv_*.c)
HOSTED := $(SHARED) $(filter-out $(SHARED),$(wildcard core/*.c)) $(wildcard core/cli/*.c) \
	$(filter-out domains/cordon.c,$(wildcard domains/*.c domains/*/*.c)) \
	$(patsubst build/%,%,$(SERVERS) $(DECODERS))
LOADER := $(wildcard core/loader/*.c)
# The stub compiler, and what it is made of but for its main().
CDL := $(wildcard channels/cdl/*.c)
CDL_LIB := $(filter-out %/main.c,$(CDL))
# The one file that differs: the target of a variant is this machine, but where ARCH_V says else.
ARCH_aarch64 := aarch64
switch = core/switch_$(or $(ARCH_$(1)),$(ARCH)).S
TEST_IMAGES := $(wildcard tests/*/img_*.c)
# Run in a guest, by tests/vm/*.sh and bench/campaign-*; the last one here, too.
GUEST_PROGRAMS := $(patsubst %.c,build/release/%,$(wildcard tests/vm/*.c) bench/overlap.c)
TESTS := $(patsubst tests/%.c,%,$(filter-out $(TEST_IMAGES) tests/vm/%,$(wildcard tests/*/*.c)))
TEST_SCRIPTS := $(wildcard tests/*/*.sh)
# build/V/bench/rungs: build/V/bench/ladder is where the objects are.
LADDER := $(wildcard bench/ladder/*.c bench/ladder/peers/*.c bench/ladder/peers/*.cc)
# What bench/kernel takes along into a guest.
BENCH_KERNEL := $(addprefix build/release/bench/,probe tapcable udprr udpsend vduse)
BENCH_BLK := $(addprefix build/release/bench/,ublk_null rungs)

# What tests/*/planted.sh run.
PLANTED := $(addsuffix /tests/channels/volume,$(addprefix build/,plant-relaxed-publish plant-credit-off-by-one)) \
	build/plant-second-fetch/tests/channels/scribble build/plant-no-copy-once/tests/net/front_scribble \
	build/plant-no-fence/tests/waiting/volume build/plant-unfenced-past/tests/restart/old_io

# ---- flags ---------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wshadow -Wvla -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral -Wcast-qual
ifeq ($(WERROR),1)
WARN += -Werror
endif
CPPFLAGS := -I. -Ibuild/gen -D_GNU_SOURCE -isystem /usr/include/dpdk -isystem /usr/include/$(ARCH)-linux-gnu/dpdk
BASE := -std=gnu11 -g $(WARN) -MMD -MP
CXXBASE := -std=gnu++17 -g -Wall -Wextra -MMD -MP
FREESTANDING := -ffreestanding -fpie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-builtin -fvisibility=hidden -ffunction-sections -DCORDON_IMAGE \
	-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
IMAGE_LDFLAGS := -nostdlib -static-pie -Wl,--no-undefined,--gc-sections,-z,noexecstack,-z,norelro \
	-Wl,--build-id=none,-e,cordon_start
LDLIBS := -lseccomp -lcap-ng -lhwloc -ljson-c -lpthread

CC_release := $(CC)
CC_debug := $(CC)
CC_asan := $(CC)
CC_tsan := $(CC)
CC_clang := $(CLANG)
# For headers that are the same everywhere; the cross compiler's own come first.
CC_aarch64 := aarch64-linux-gnu-gcc -isystem tests/aarch64 -idirafter /usr/include
OPT_release := -O2
# As DPDK builds itself; the others are no slower by it.
build/release/bench/ladder/peers/%.o: OPT_release := -O3
OPT_debug := -O0 -DCORDON_DEBUG
OPT_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
# It does not know fences, and gcc warns of each; those in page.c order reads that the kernel makes.
OPT_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread -Wno-tsan
OPT_clang := -O2
OPT_aarch64 := -O2 -DCORDON_EMULATED

# Builds with a bug put in, each to be caught by a test of the suite (tests/*/planted.sh).
PLANTS := plant-relaxed-publish plant-second-fetch plant-credit-off-by-one plant-no-copy-once \
	plant-no-fence plant-unfenced-past
OPT_plant-relaxed-publish := $(OPT_tsan) -DCORDON_PLANT_RELAXED_PUBLISH
OPT_plant-second-fetch := $(OPT_asan) -DCORDON_PLANT_SECOND_FETCH
OPT_plant-credit-off-by-one := -O2 -DCORDON_PLANT_CREDIT_OFF_BY_ONE
OPT_plant-no-copy-once := $(OPT_asan) -DCORDON_PLANT_NO_COPY_ONCE
OPT_plant-no-fence := -O2 -DCORDON_PLANT_NO_FENCE
OPT_plant-unfenced-past := -O2 -DCORDON_PLANT_UNFENCED_PAST
$(foreach p,$(PLANTS),$(eval CC_$(p) := $(CC)))

# What bench/probes compares: release with probes and without, at four places each.
OPT_probes := $(OPT_release)
OPT_no-probes := $(OPT_release) -DCORDON_NO_PROBES
CC_probes := $(CC)
CC_no-probes := $(CC)
HOSTED_probes := $(CHANNELS)
HOSTED_no-probes := $(CHANNELS)
PROBECOST := $(foreach v,probes no-probes,$(foreach p,0 16 32 48,build/$(v)/bench/probecost-$(p)))

# Images and the loader are never instrumented: they run without a libc, behind the fence.
IMGOPT_release := -O2
IMGOPT_debug := -O0 -DCORDON_DEBUG
IMGOPT_asan := -O2
IMGOPT_tsan := -O2
IMGOPT_clang := -O2
IMGOPT_aarch64 := -O2

# domains/net/drv_tap.c makes the image build/V/drivers/net-tap, tests/x/img_y.c build/V/tests/x/img_y.
drvimage = $(patsubst domains/%,%,$(subst /drv_,-,$(1:.c=)))

# One driver image: variant, source, product. The link check refuses what is not the runtime's.
define image
$(3): build/$(1)/img/$(2:.c=.o) build/$(1)/libcordon-driver.a scripts/link-check
	@mkdir -p $$(@D)
	scripts/link-check $$< build/$(1)/libcordon-driver.a
	$$(CC_$(1)) $(IMAGE_LDFLAGS) -o $$@ $$< build/$(1)/libcordon-driver.a
endef

# ---- what is generated ---------------------------------------------------------------------------

# The stub compiler runs here, whatever the variant.
.PHONY: generated
generated: $(GENERATED)

build/cdl/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(BASE) -O2 -DCORDON_VERSION='"$(VERSION)"' -c -o $@ $<
build/cdl/cordon-cdl: $(CDL:%.c=build/cdl/%.o)
	$(CC) -o $@ $^
$(foreach f,.h _client.h _server.h _server.c _decode.c _fuzz.c .md,build/gen/%.cdl$(f)): %.cdl build/cdl/cordon-cdl
	@mkdir -p $(@D)
	build/cdl/cordon-cdl -o $(@D) $<

define rules # variant
build/$(1)/%.o: %.c | $(GENERATED)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(OPT_$(1)) -fPIE -c -o $$@ $$<
build/$(1)/gen/%.o: build/gen/%.c | $(GENERATED)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(OPT_$(1)) -fPIE -c -o $$@ $$<
build/$(1)/%.o: %.cc
	@mkdir -p $$(@D)
	$$(CXX) $$(CPPFLAGS) $$(CXXBASE) $$(OPT_$(1)) -fPIE -c -o $$@ $$<
build/$(1)/%.o: %.S
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) -g -MMD -MP -c -o $$@ $$<
build/$(1)/img/%.o: %.c | $(GENERATED)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(IMGOPT_$(1)) $$(FREESTANDING) -c -o $$@ $$<
build/$(1)/img/gen/%.o: build/gen/%.c | $(GENERATED)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(IMGOPT_$(1)) $$(FREESTANDING) -c -o $$@ $$<
build/$(1)/img/%.o: %.S
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) -g -MMD -MP -c -o $$@ $$<

build/$(1)/libcordon.a: $(patsubst %,build/$(1)/%.o,$(basename $(or $(HOSTED_$(1)),$(HOSTED)) $(call switch,$(1))))
	rm -f $$@ && $$(AR) rcs $$@ $$^
build/$(1)/cordon: build/$(1)/domains/cordon.o build/$(1)/libcordon.a
	$$(CC_$(1)) $$(OPT_$(1)) -pie -o $$@ $$^ $$(LDLIBS)
build/$(1)/plain/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(IMGOPT_$(1)) -fPIE -c -o $$@ $$<
build/$(1)/cordon-loader: $(patsubst %.c,build/$(1)/plain/%.o,$(LOADER))
	$$(CC_$(1)) -static-pie -Wl,--no-warnings -o $$@ $$^ -lcap-ng
build/$(1)/libcordon-driver.a: $(patsubst %,build/$(1)/img/%.o,$(basename $(SHARED) $(call switch,$(1)) $(RUNTIME) $(DRIVER_LIB)))
	rm -f $$@ && $$(AR) rcs $$@ $$^

build/$(1)/tests/%: build/$(1)/tests/%.o build/$(1)/libcordon.a
	$$(CC_$(1)) $$(OPT_$(1)) $$(or $$(LINK_$(1)),-pie) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) \
		$$(or $$(LIBS_$(1)),$$(LDLIBS) -lcmocka)
build/$(1)/tests/cdl/netctl: build/$(1)/gen/tests/cdl/netctl.cdl_server.o
build/$(1)/tests/cdl/generator: $(CDL_LIB:%.c=build/$(1)/%.o)
$(addprefix build/$(1)/tests/cdl/,types buffers life lies): build/$(1)/tests/cdl/golden/all.cdl_server.o
build/$(1)/tests/cdl/requests build/$(1)/tests/cdl/all_calls: $(addprefix build/$(1)/tests/cdl/golden/all.cdl_,server.o fuzz.o)
build/$(1)/tests/cdl/decode: build/$(1)/tests/cdl/golden/all.cdl_decode.o
build/$(1)/tests/cdl/net_calls: build/$(1)/gen/domains/net/net.cdl_fuzz.o
build/$(1)/tests/cdl/blk_calls: build/$(1)/gen/domains/blk/blk.cdl_fuzz.o
build/$(1)/tests/vm/loopdev: $(patsubst %.c,build/$(1)/%.o,$(wildcard tests/vm/loop/*.c))
build/$(1)/tests/vm/whole: build/$(1)/bench/campaign/traffic.o
build/$(1)/bench/kill: $(patsubst %.c,build/$(1)/%.o,$(wildcard bench/campaign/*.c))
build/$(1)/bench/overlap: $(patsubst %.c,build/$(1)/%.o,$(wildcard bench/disk/*.c))
build/$(1)/bench/vduse: $(patsubst %.c,build/$(1)/%.o,$(wildcard bench/vdpa/*.c))
build/$(1)/bench/rungs: $(patsubst %,build/$(1)/%.o,$(basename $(LADDER))) build/$(1)/gen/bench/ladder/stub.cdl_server.o \
		build/$(1)/libcordon.a \
		| build/$(1)/bench/rungs-domain
	$$(CXX) $$(OPT_$(1)) -pie -o $$@ $$^ $$(LDLIBS) -lboost_context -luring
$$(filter build/$(1)/%,$$(PROBECOST:=.o)): build/$(1)/bench/probecost-%.o: bench/probecost.c
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(OPT_$(1)) -fPIE -DPAD=$$* -c -o $$@ $$<
build/$(1)/bench/ublk_null: build/$(1)/bench/ublk_null.o
	$$(CC_$(1)) $$(OPT_$(1)) -pie -o $$@ $$^ -luring
build/$(1)/bench/%: build/$(1)/bench/%.o build/$(1)/libcordon.a
	$$(CC_$(1)) $$(OPT_$(1)) -pie -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(LDLIBS)

PROGRAMS_$(1) := build/$(1)/cordon build/$(1)/cordon-loader \
	$(foreach d,$(DRIVERS),build/$(1)/drivers/$(call drvimage,$(d)))
TESTS_$(1) := $(TESTS:%=build/$(1)/tests/%)
IMAGES_$(1) := $(TEST_IMAGES:tests/%.c=build/$(1)/tests/%)
endef

# AArch64, under qemu-user: what needs no library of the host. Debian's cross compiler has none of
# them, so the loader is compiled but not linked.
HOSTED_aarch64 := $(SHARED) core/clock.c core/stacks.c core/err.c
LINK_aarch64 := -static
LIBS_aarch64 := -lpthread

$(foreach v,$(VARIANTS) $(PLANTS) probes no-probes,$(eval $(call rules,$(v))))
PROGRAMS_aarch64 := $(filter build/aarch64/drivers/%,$(PROGRAMS_aarch64)) \
	$(LOADER:%.c=build/aarch64/plain/%.o)
TESTS_aarch64 := $(addprefix build/aarch64/tests/,cdl/buffers cdl/decode cdl/life cdl/lies cdl/netctl \
	cdl/requests cdl/types channels/stream channels/call channels/call_lies \
	channels/call_lines channels/pool channels/volume channels/scribble core/call core/clock \
	fibers/fibers fibers/loop fibers/loop_stacks fibers/loop_waiting fibers/pool fibers/waiting \
	loader/run)
IMAGES_aarch64 :=
$(foreach v,$(VARIANTS),$(foreach d,$(DRIVERS),$(eval $(call image,$(v),$(d),build/$(v)/drivers/$(call drvimage,$(d))))))
$(foreach v,$(VARIANTS),$(foreach d,$(TEST_IMAGES),$(eval $(call image,$(v),$(d),build/$(v)/tests/$(d:tests/%.c=%)))))
$(foreach v,$(VARIANTS),$(eval $(call image,$(v),bench/ladder/drv_ladder.c,build/$(v)/bench/rungs-domain)))
-include $(shell find build -name '*.d' 2>/dev/null)

# ---- what is installed ---------------------------------------------------------------------------

PREFIX ?= /usr/local
prefix := $(PREFIX)
bindir := $(prefix)/bin
libdir := $(prefix)/lib
libexecdir := $(prefix)/libexec
includedir := $(prefix)/include
datadir := $(prefix)/share
mandir := $(datadir)/man
docdir := $(datadir)/doc/cordon
pkgconfigdir := $(libdir)/pkgconfig
bashcompletiondir := $(datadir)/bash-completion/completions
systemdunitdir := $(prefix)/lib/systemd/system
modulesloaddir := $(prefix)/lib/modules-load.d
# Where DKMS looks, whatever the prefix.
modsrcdir = /usr/src/cordon-$(VERSION)

# The program looks for loader and images beside itself: all three lie here, and bindir has a link.
pkglibexecdir = $(libexecdir)/cordon
# What a driver includes: core/driver.h, domains/net/net.h and wire.h, domains/blk/blk.h and serve.h, and
# what these and stubs need. Of what was made of the classes' interfaces, the server's end.
DRIVER_HEADERS := $(addprefix core/,boot.h call.h driver.h fiber.h io.h io_file.h stub.h) \
	$(addprefix channels/,call.h chan.h decode.h layout.h pace.h pool.h prim.h stream.h stub.h wait.h \
	cdl/fuzz.h) $(addprefix domains/net/,net.h vnet.h wire.h) $(addprefix domains/blk/,blk.h serve.h) \
	$(foreach i,$(filter domains/%,$(INTERFACES)),build/gen/$(i).h build/gen/$(i)_server.h)
MAN_SOURCES := $(wildcard docs/man/*.scd core/cli/man/*.scd)
MAN_PAGES := $(patsubst %.scd,build/man/%,$(notdir $(MAN_SOURCES)))
section = $(subst .,,$(suffix $(1)))

# mode|source|destination; what isn't in the tree is left out.
to = $(foreach f,$(3),$(1)|$(f)|$(2)/$(notdir $(f)))
# What docs/porting.md sends its reader to, so that its links lead somewhere.
LINKED = $(sort $(filter %.c %.h %.cdl,$(shell grep -o '(\.\./[^)\#]*' docs/porting.md | cut -c5-)))
INSTALLED = $(call to,755,$(pkglibexecdir),build/$(V)/cordon build/$(V)/cordon-loader scripts/link-check) \
	$(call to,755,$(bindir),build/cdl/cordon-cdl) \
	$(call to,755,$(pkglibexecdir)/drivers,$(filter build/$(V)/drivers/%,$(PROGRAMS_$(V)))) \
	$(call to,755,$(pkglibexecdir)/bench,$(wildcard build/$(V)/bench/rungs build/$(V)/bench/rungs-domain)) \
	$(call to,644,$(libdir),build/$(V)/libcordon-driver.a) \
	$(call to,644,$(pkgconfigdir),build/install/cordon-driver.pc) \
	$(foreach h,$(DRIVER_HEADERS),644|$(h)|$(includedir)/cordon/$(h:build/gen/%=%)) \
	$(call to,644,$(docdir),LICENSE README.md SPECIFICATION.md) \
	$(call to,644,$(docdir)/LICENSES,$(wildcard LICENSES/*.txt)) \
	$(call to,644,$(docdir)/docs,$(wildcard docs/*.md)) \
	$(foreach f,$(LINKED),644|$(f)|$(docdir)/$(f)) \
	$(call to,644,$(docdir)/examples,$(wildcard core/cli/*.conf)) \
	$(call to,644,$(datadir)/cordon/schema,$(wildcard core/cli/schema/*.json)) \
	$(foreach m,$(MAN_PAGES),$(call to,644,$(mandir)/man$(call section,$(m)),$(m))) \
	$(foreach c,$(wildcard core/cli/cordon.bash),644|$(c)|$(bashcompletiondir)/cordon) \
	$(foreach u,$(wildcard core/cli/*.service),644|build/install/$(notdir $(u))|$(systemdunitdir)/$(notdir $(u)))

# All that the kernel module is built from, as it lies here; but for the Kbuild file, which is at the top.
MODULE_SOURCES := $(sort $(wildcard core/kernel/*.[ch] core/kernel/include/*.h core/kernel/include/*/*.h \
	core/waiting.h channels/*.[ch] $(addprefix domains/net/,counters.h net.h vnet.c vnet.h) \
	$(addprefix domains/blk/,blk.h counters.h limits.c limits.h table.c table.h) \
	domains/*/kernel/*.[ch])) \
	$(foreach i,$(filter domains/%,$(INTERFACES)),build/gen/$(i).h build/gen/$(i)_client.h)
INSTALLED_MODULE = $(foreach f,$(MODULE_SOURCES),644|$(f)|$(modsrcdir)/$(f:build/gen/%=%)) \
	$(call to,644,$(modsrcdir),core/kernel/Kbuild build/install/dkms.conf LICENSE) \
	$(call to,644,$(modsrcdir)/LICENSES,$(wildcard LICENSES/*.txt)) \
	644|scripts/modules-load.conf|$(modulesloaddir)/cordon.conf

# ---- what people type ----------------------------------------------------------------------------

.PHONY: all test run-tests check lint format demo fuzz-cdl fuzz-programs fuzz-corpus bench bench-check bench-guest bench-probes bench-net \
	bench-wait bench-kernel campaign-kill campaign-kernel bench-crashes bench-blk campaign-blk man install uninstall install-module \
	uninstall-module practicality clean vm module

all: $(PROGRAMS_$(V)) build/cdl/cordon-cdl

# Dependencies first, and only then a make that sees them.
test:
	@scripts/deps test
	@echo "building $(VARIANTS) and $(words $(PLANTED)) planted bugs"
	@$(MAKE) -s -j$(shell nproc) run-tests

# Each variant runs what it can, and of what takes seconds what can find something there that others don't.
# Sanitizers: no process fence (a domain is never instrumented), no scripts; ThreadSanitizer doesn't see
# across processes, finds nothing in programs of one thread, and its runtime needs more than strict mode.
# Debug: what a compiler may do to accesses that race, it does where it optimizes (scribble, volume). Both
# compilers: the policies of fences that are threads (cli/fences) are no matter of theirs. AddressSanitizer
# sees no order (waiting/volume).
but = $(filter-out $(2:%=build/$(1)/tests/%),$(TESTS_$(1)))
RUN_release := $(TESTS_release) $(TEST_SCRIPTS)
RUN_debug := $(call but,debug,attack/% net/traffic% channels/scribble net/front_scribble channels/volume \
	waiting/volume cli/fences)
RUN_asan := $(call but,asan,attack/% waiting/volume)
RUN_tsan := $(call but,tsan,attack/% channels/scribble core/trace cdl/generator cdl/requests cdl/%_calls \
	net/vnet_random blk/random loader/image)
RUN_clang := $(call but,clang,attack/% net/traffic% cli/fences)
RUN_aarch64 := $(TESTS_aarch64)

run-tests: build/cdl/cordon-cdl $(foreach v,$(VARIANTS),$(PROGRAMS_$(v)) $(IMAGES_$(v)) $(filter build/%,$(RUN_$(v)))) \
		$(PLANTED) $(GUEST_PROGRAMS) build/release/bench/kill build/release/bench/rungs
	@$(foreach v,$(VARIANTS),scripts/run-tests $(v) $(RUN_$(v));) \
		scripts/count-tests $(VARIANTS:%=build/%/tests.sum)

# One variant, dependencies there: make V=asan check
check: build/cdl/cordon-cdl $(PROGRAMS_$(V)) $(TESTS_$(V)) $(IMAGES_$(V)) $(PLANTED) $(GUEST_PROGRAMS) build/$(V)/bench/kill \
		build/release/bench/rungs
	@scripts/run-tests $(V) $(RUN_$(V))
	@scripts/count-tests build/$(V)/tests.sum

lint:
	@scripts/deps lint
	@scripts/lint

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

# Without a guest it says so, and shows the rest.
demo:
	@scripts/deps run
	@scripts/deps vm || true
	@echo "building"
	@$(MAKE) -s -j$(shell nproc) all build/release/tests/attack/attacks $(IMAGES_release) \
		build/release/bench/timeline $(BENCH_KERNEL)
	@scripts/demo

bench:
	@scripts/deps bench
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/rungs
	@mkdir -p build/results
	@build/release/bench/rungs -o build/results/ladder.json
	@$(MAKE) -s bench-guest || echo "bench: so the rungs of the kernel are left out (make bench-guest)"
	@bench/plots
	@echo "figures: build/results/ladder.json"

bench-check:
	@scripts/deps bench
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/rungs
	@bench/check

bench-guest:
	@scripts/deps bench
	@scripts/deps vm
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/rungs
	@scripts/module >/dev/null
	@scripts/module -l >/dev/null
	@bench/guest

bench-probes:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) $(PROBECOST)
	@bench/probes

bench-net:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/probe
	@bench/net

bench-kernel:
	@scripts/deps run
	@scripts/deps vm
	@$(MAKE) -s -j$(shell nproc) all $(BENCH_KERNEL)
	@scripts/module >/dev/null
	@bench/kernel

bench-blk:
	@scripts/deps bench
	@scripts/deps vm
	@$(MAKE) -s -j$(shell nproc) all $(BENCH_BLK)
	@scripts/module >/dev/null
	@bench/blk

campaign-kill:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/kill build/release/tests/restart/img_mortal
	@bench/campaign-kill

campaign-kernel:
	@scripts/deps test
	@$(MAKE) -s -j$(shell nproc) all $(GUEST_PROGRAMS)
	@rm -rf build/kernel/6.12 build/kernel/6.1
	@bench/campaign-kernel

campaign-blk:
	@scripts/deps test
	@$(MAKE) -s -j$(shell nproc) all $(GUEST_PROGRAMS) build/release/tests/blk/img_volatile
	@bench/campaign-blk

bench-crashes:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/probe
	@bench/crashes

vm:
	@scripts/deps vm
	@scripts/vm shell

# cordon.ko, for the headers in KDIR or for both kernels of scripts/vm.
module:
	@$(if $(KDIR),,scripts/deps vm)
	@scripts/module $(KDIR)

# Man pages, from docs/man/PAGE.SECTION.scd.
man: $(MAN_PAGES)
build/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	scdoc <$< >$@

# @x@ in a file to be installed is the directory or setting x.
build/install/%: FORCE
	@mkdir -p $(@D)
	@sed -e 's|@version@|$(VERSION)|' -e 's|@bindir@|$(bindir)|' -e 's|@prefix@|$(prefix)|' \
		-e 's|@libdir@|$(call below,$(libdir))|' -e 's|@includedir@|$(call below,$(includedir))|' \
		-e 's|@belowbindir@|$(call below,$(bindir))|' \
		-e 's|@pkglibexecdir@|$(call below,$(pkglibexecdir))|' \
		-e 's|@cflags@|$(FREESTANDING)|' -e 's|@ldflags@|$(IMAGE_LDFLAGS)|' \
		$(firstword $(wildcard scripts/$*.in core/cli/$*)) >$@
below = $(patsubst $(prefix)/%,$${prefix}/%,$(1))
.PHONY: FORCE

put = set -e; for i in $(foreach i,$(1),'$(i)'); do \
		from=$${i\#*|}; \
		install -D -m "$${i%%|*}" "$${from%|*}" "$(DESTDIR)$${i\#\#*|}"; \
	done
take_away = for i in $(foreach i,$(1),'$(lastword $(subst |, ,$(i)))'); do \
		rm -f "$(DESTDIR)$$i"; \
	done

install: all build/$(V)/libcordon-driver.a $(MAN_PAGES) $(filter build/install/%,$(subst |, ,$(INSTALLED)))
	@$(call put,$(INSTALLED)); \
	mkdir -p "$(DESTDIR)$(bindir)"; \
	ln -sfr "$(DESTDIR)$(pkglibexecdir)/cordon" "$(DESTDIR)$(bindir)/cordon"

# The files, and the directories that are nobody else's.
uninstall:
	@$(call take_away,$(INSTALLED) $(bindir)/cordon); \
	for d in $(pkglibexecdir) $(includedir)/cordon $(docdir) $(datadir)/cordon; do \
		[ ! -d "$(DESTDIR)$$d" ] || \
			find "$(DESTDIR)$$d" -depth -type d -empty -delete; \
	done

install-module: build/install/dkms.conf generated
	@$(call put,$(INSTALLED_MODULE))
	@[ -n "$(DESTDIR)" ] || echo "now: dkms install cordon/$(VERSION) (docs/kernel.md)"

uninstall-module:
	@$(call take_away,$(INSTALLED_MODULE)); \
	[ ! -d "$(DESTDIR)$(modsrcdir)" ] || find "$(DESTDIR)$(modsrcdir)" -depth -type d -empty -delete

# What is fuzzed for as long as one likes: the stub compiler, and both ends of calls that it made, of a file that
# uses everything and of the classes. By time, or by inputs: FUZZ_RUNS=10000000. Inputs that are new are kept
# in build/fuzz; make fuzz-corpus takes as many of them to tests/cdl/fuzz/corpus as reach all that any reaches.
FUZZ_SECONDS ?= 60
FUZZ := $(CLANG) -g -O1 -std=gnu11 $(CPPFLAGS) -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all
FUZZ_LIMIT = $(if $(FUZZ_RUNS),-runs=$(FUZZ_RUNS),-max_total_time=$(FUZZ_SECONDS))
FUZZ_CALLS := all net blk
FUZZ_CORPUS := tests/cdl/fuzz/corpus
fuzzed_all := tests/cdl/golden/all
fuzzed_net := build/gen/domains/net/net
fuzzed_blk := build/gen/domains/blk/blk
fuzz-programs: generated
	@scripts/deps test
	@mkdir -p build/fuzz/compile $(FUZZ_CALLS:%=build/fuzz/%)
	$(FUZZ) -o build/fuzz/cdl-compile tests/cdl/fuzz/compile.c $(CDL_LIB)
	$(foreach i,$(FUZZ_CALLS),$(FUZZ) -o build/fuzz/cdl-$(i) $(fuzzed_$(i)).cdl_server.c \
		$(fuzzed_$(i)).cdl_fuzz.c $(CHANNELS) &&) true
fuzz-cdl: fuzz-programs
	build/fuzz/cdl-compile $(FUZZ_LIMIT) -max_len=8192 -artifact_prefix=build/fuzz/ -dict=tests/cdl/fuzz/cdl.dict build/fuzz/compile tests/cdl/golden
	$(foreach i,$(FUZZ_CALLS),build/fuzz/cdl-$(i) $(FUZZ_LIMIT) -max_len=4096 -artifact_prefix=build/fuzz/ build/fuzz/$(i) \
		$(wildcard $(FUZZ_CORPUS)/$(i)) &&) true
fuzz-corpus: fuzz-programs
	@for i in $(FUZZ_CALLS); do \
		rm -rf build/fuzz/merged && mkdir -p build/fuzz/merged $(FUZZ_CORPUS)/$$i && \
		build/fuzz/cdl-$$i -merge=1 -max_len=256 -use_counters=0 build/fuzz/merged $(FUZZ_CORPUS)/$$i build/fuzz/$$i && \
		rm -rf $(FUZZ_CORPUS)/$$i && mv build/fuzz/merged $(FUZZ_CORPUS)/$$i || exit; \
	done

bench-wait:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/wakeup
	@bench/wait

# What a driver takes, and what has to be trusted, in lines.
practicality:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) all
	@scripts/practicality

clean:
	rm -rf build
