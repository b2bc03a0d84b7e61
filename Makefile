# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One non-recursive build. Products of variant V (release, debug, asan, tsan, clang, aarch64) lie in
# build/V.
#
#   make            build/release/cordon and the driver images
#   make demo       the main job, shown (root)
#   make test       everything that must hold (root); make V=asan check runs one variant
#   make lint       clang-tidy, format, links, shell scripts
#   make bench-net  iperf3 through the fences, in alternating pairs (root)

MAKEFLAGS += -rR --no-print-directory
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

V ?= release
VARIANTS := release debug asan tsan clang aarch64
ifeq ($(filter $(V),$(VARIANTS)),)
$(error V=$(V): not one of $(VARIANTS))
endif

CC := gcc
CLANG ?= clang
AR := ar
ARCH := $(shell uname -m)

# ---- what is built from what ---------------------------------------------------------------------

CHANNELS := $(wildcard channels/*.c)
# Compiled twice: into every program, and freestanding into every driver image.
SHARED := $(CHANNELS) core/fiber.c core/loop.c core/call.c core/io.c core/domain.c
RUNTIME := $(wildcard core/runtime/*.c)
DRIVER_LIB := domains/net/wire.c
DRIVERS := $(wildcard domains/*/drv_*.c)
HOSTED := $(SHARED) $(filter-out $(SHARED),$(wildcard core/*.c)) $(wildcard core/cli/*.c) \
	$(filter-out domains/cordon.c,$(wildcard domains/*.c domains/*/*.c))
LOADER := $(wildcard core/loader/*.c)
# The one file that differs: the target of a variant is this machine, but where ARCH_V says else.
ARCH_aarch64 := aarch64
switch = core/switch_$(or $(ARCH_$(1)),$(ARCH)).S
TEST_IMAGES := $(wildcard tests/*/img_*.c)
TESTS := $(patsubst tests/%.c,%,$(filter-out $(TEST_IMAGES),$(wildcard tests/*/*.c)))
TEST_SCRIPTS := $(wildcard tests/*/*.sh)
BENCHES := $(patsubst bench/%.c,%,$(wildcard bench/*.c))

# What tests/*/planted.sh run.
PLANTED := $(addsuffix /tests/channels/volume,$(addprefix build/,plant-relaxed-publish plant-credit-off-by-one)) \
	build/plant-second-fetch/tests/channels/scribble build/plant-no-copy-once/tests/net/front

# ---- flags ---------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wshadow -Wvla -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral -Wcast-qual
ifeq ($(WERROR),1)
WARN += -Werror
endif
CPPFLAGS := -I. -D_GNU_SOURCE -isystem /usr/include/dpdk -isystem /usr/include/$(ARCH)-linux-gnu/dpdk
BASE := -std=gnu11 -g $(WARN) -MMD -MP
FREESTANDING := -ffreestanding -fpie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-builtin -fvisibility=hidden -ffunction-sections -DCORDON_IMAGE \
	-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
LDLIBS := -lseccomp -lcap-ng -lhwloc -ljson-c -lpthread

CC_release := $(CC)
CC_debug := $(CC)
CC_asan := $(CC)
CC_tsan := $(CC)
CC_clang := $(CLANG)
# For headers that are the same everywhere; the cross compiler's own come first.
CC_aarch64 := aarch64-linux-gnu-gcc -isystem tests/aarch64 -idirafter /usr/include
OPT_release := -O2
OPT_debug := -O0 -DCORDON_DEBUG
OPT_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
# Fences: TSan knows none, and the ones there are (page.c) order reads that the kernel makes.
OPT_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread -Wno-tsan
OPT_clang := -O2
OPT_aarch64 := -O2 -DCORDON_EMULATED

# Builds with a bug put in, each to be caught by a test of the suite (tests/*/planted.sh).
PLANTS := plant-relaxed-publish plant-second-fetch plant-credit-off-by-one plant-no-copy-once
OPT_plant-relaxed-publish := $(OPT_tsan) -DCORDON_PLANT_RELAXED_PUBLISH
OPT_plant-second-fetch := $(OPT_asan) -DCORDON_PLANT_SECOND_FETCH
OPT_plant-credit-off-by-one := -O2 -DCORDON_PLANT_CREDIT_OFF_BY_ONE
OPT_plant-no-copy-once := $(OPT_asan) -DCORDON_PLANT_NO_COPY_ONCE
$(foreach p,$(PLANTS),$(eval CC_$(p) := $(CC)))

# Images and the loader are never instrumented: they run without a libc, behind the fence.
IMGOPT_release := -O2
IMGOPT_debug := -O0 -DCORDON_DEBUG
IMGOPT_asan := -O2
IMGOPT_tsan := -O2
IMGOPT_clang := -O2
IMGOPT_aarch64 := -O2

# domains/net/drv_tap.c makes the image build/V/drivers/net-tap, tests/x/img_y.c build/V/tests/x/img_y.
drvimage = $(patsubst domains/%,%,$(subst /drv_,-,$(1:.c=)))
drvsymbol = cordon_driver_$(patsubst drv_%,%,$(patsubst img_%,%,$(notdir $(1:.c=))))

# One driver image: variant, source, product. The link check refuses what is not the runtime's.
define image
$(3): build/$(1)/img/$(2:.c=.o) build/$(1)/libcordon-driver.a scripts/link-check
	@mkdir -p $$(@D)
	scripts/link-check $$< build/$(1)/libcordon-driver.a
	$$(CC_$(1)) -nostdlib -static-pie -Wl,--no-undefined,--gc-sections,-z,noexecstack,-z,norelro \
		-Wl,--build-id=none,-e,cordon_start,--defsym=cordon_driver=$(call drvsymbol,$(2)) \
		-o $$@ $$< build/$(1)/libcordon-driver.a
endef

define rules # variant
build/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) $$(BASE) $$(OPT_$(1)) -fPIE -c -o $$@ $$<
build/$(1)/%.o: %.S
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(CPPFLAGS) -g -MMD -MP -c -o $$@ $$<
build/$(1)/img/%.o: %.c
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
	$$(CC_$(1)) $$(OPT_$(1)) $$(or $$(LINK_$(1)),-pie) -o $$@ $$^ $$(or $$(LIBS_$(1)),$$(LDLIBS) -lcmocka)
build/$(1)/bench/%: build/$(1)/bench/%.o build/$(1)/libcordon.a
	$$(CC_$(1)) $$(OPT_$(1)) -pie -o $$@ $$^ $$(LDLIBS)

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

$(foreach v,$(VARIANTS) $(PLANTS),$(eval $(call rules,$(v))))
PROGRAMS_aarch64 := $(filter build/aarch64/drivers/%,$(PROGRAMS_aarch64)) \
	$(LOADER:%.c=build/aarch64/plain/%.o)
TESTS_aarch64 := $(addprefix build/aarch64/tests/,channels/stream channels/call channels/pool \
	channels/volume channels/scribble core/call core/clock fibers/fibers fibers/loop loader/run)
IMAGES_aarch64 :=
$(foreach v,$(VARIANTS),$(foreach d,$(DRIVERS),$(eval $(call image,$(v),$(d),build/$(v)/drivers/$(call drvimage,$(d))))))
$(foreach v,$(VARIANTS),$(foreach d,$(TEST_IMAGES),$(eval $(call image,$(v),$(d),build/$(v)/tests/$(d:tests/%.c=%)))))
-include $(shell find build -name '*.d' 2>/dev/null)

# ---- what people type ----------------------------------------------------------------------------

.PHONY: all test run-tests check lint format demo bench-net clean

all: $(PROGRAMS_$(V))

# Dependencies first, and only then a make that sees them.
test:
	@scripts/deps test
	@echo "building $(VARIANTS) and $(words $(PLANTED)) planted bugs"
	@$(MAKE) -s -j$(shell nproc) run-tests

# Each variant runs what it can. Sanitizers: no process fence (a domain is never instrumented), no
# scripts; ThreadSanitizer doesn't see across processes, and its runtime needs more than strict mode.
RUN_release := $(TESTS_release) $(TEST_SCRIPTS)
RUN_debug := $(filter-out build/debug/tests/attack/% build/debug/tests/net/traffic,$(TESTS_debug))
RUN_asan := $(filter-out build/asan/tests/attack/%,$(TESTS_asan))
RUN_tsan := $(filter-out build/tsan/tests/attack/% build/tsan/tests/channels/scribble \
	build/tsan/tests/core/trace,$(TESTS_tsan))
RUN_clang := $(filter-out build/clang/tests/attack/% build/clang/tests/net/traffic,$(TESTS_clang))
RUN_aarch64 := $(TESTS_aarch64)

run-tests: $(foreach v,$(VARIANTS),$(PROGRAMS_$(v)) $(IMAGES_$(v)) $(filter build/%,$(RUN_$(v)))) \
		$(PLANTED)
	@$(foreach v,$(VARIANTS),scripts/run-tests $(v) $(RUN_$(v));) \
		scripts/count-tests $(VARIANTS:%=build/%/tests.sum)

# One variant, dependencies there: make V=asan check
check: $(PROGRAMS_$(V)) $(TESTS_$(V)) $(IMAGES_$(V)) $(PLANTED)
	@scripts/run-tests $(V) $(RUN_$(V))
	@scripts/count-tests build/$(V)/tests.sum

lint:
	@scripts/deps lint
	@scripts/lint

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

demo:
	@scripts/deps run
	@echo "building"
	@$(MAKE) -s -j$(shell nproc) all build/release/tests/attack/attacks $(IMAGES_release)
	@scripts/demo

bench-net:
	@scripts/deps run
	@$(MAKE) -s -j$(shell nproc) all build/release/bench/probe
	@bench/net

clean:
	rm -rf build
