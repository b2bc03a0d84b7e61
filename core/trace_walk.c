// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/trace_walk.h"

#include <elf.h>
#include <string.h>
#include "core/fiber.h"

#define DEPTH 32u
#define NAME_MAX_SHOWN 64u
/* Each frame scans them all. */
#define SYMBOLS_MAX 65536u

struct walk {
	const struct cordon_trace_files *files;
	struct cordon_snapshot head;
	char *text;
	size_t used, room;
	/* The image's symbols, and their names: checked to lie in the file. */
	const uint8_t *symbols, *names;
	size_t nsymbols, names_size;
};

/* ---- text ------------------------------------------------------------------------------------ */

static void say(struct walk *w, const char *s)
{
	while (*s && w->used < w->room)
		w->text[w->used++] = *s++;
}

static void say_number(struct walk *w, uint64_t v, unsigned base)
{
	char digits[24];
	unsigned n = sizeof(digits) - 1;

	digits[n] = '\0';
	do {
		digits[--n] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	if (base == 16)
		say(w, "0x");
	say(w, digits + n);
}

/* ---- where things lie ------------------------------------------------------------------------ */

int cordon_layout_ok(const struct cordon_layout *l)
{
	return l->nstacks <= CORDON_TRACE_STACKS && l->stack_size >= CORDON_STACK_MIN &&
	       l->stack_size <= CORDON_TRACE_STACK_MAX && l->stack_size <= l->stack_stride;
}

uint64_t cordon_layout_stack(const struct cordon_layout *l, uint32_t i)
{
	return i < l->nstacks ? l->stacks + (i + 1) * l->stack_stride - l->stack_size : l->plain;
}

uint64_t cordon_layout_bytes(const struct cordon_layout *l)
{
	return CORDON_SNAPSHOT_HEAD + (l->nstacks + (uint64_t)1) * l->stack_size;
}

/* Copy @n bytes at the domain's address @at, which must lie in stack @i. */
static int fetch(const struct walk *w, uint32_t i, uint64_t at, void *to, size_t n)
{
	const struct cordon_layout *l = &w->head.where;
	uint64_t offset = at - cordon_layout_stack(l, i);

	if (n > l->stack_size || offset > l->stack_size - n)
		return 0;
	memcpy(to, w->files->snapshot + CORDON_SNAPSHOT_HEAD + i * l->stack_size + offset, n);
	return 1;
}

/* The stack in which @at lies, its very end included; nstacks + 1: in none. */
static uint32_t stack_of(const struct walk *w, uint64_t at)
{
	uint32_t i = 0;

	while (i <= w->head.where.nstacks &&
	       at - cordon_layout_stack(&w->head.where, i) > w->head.where.stack_size)
		i++;
	return i;
}

/* ---- names ----------------------------------------------------------------------------------- */

static int inside(const struct walk *w, uint64_t offset, uint64_t n)
{
	return offset <= w->files->image_size && n <= w->files->image_size - offset;
}

static int section(const struct walk *w, const Elf64_Ehdr *eh, uint32_t i, Elf64_Shdr *sh)
{
	uint64_t at = eh->e_shoff + (uint64_t)i * sizeof(*sh);

	if (i >= eh->e_shnum || at < eh->e_shoff || !inside(w, at, sizeof(*sh)))
		return 0;
	memcpy(sh, w->files->image + at, sizeof(*sh));
	return inside(w, sh->sh_offset, sh->sh_size);
}

static void find_symbols(struct walk *w)
{
	Elf64_Shdr sh, names;
	Elf64_Ehdr eh;

	if (!w->files->image || !inside(w, 0, sizeof(eh)))
		return;
	memcpy(&eh, w->files->image, sizeof(eh));
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_shentsize != sizeof(sh))
		return;
	for (uint32_t i = 0; i < eh.e_shnum; i++) {
		if (!section(w, &eh, i, &sh) || sh.sh_type != SHT_SYMTAB ||
		    !section(w, &eh, sh.sh_link, &names) || names.sh_type != SHT_STRTAB)
			continue;
		w->symbols = w->files->image + sh.sh_offset;
		w->nsymbols = sh.sh_size / sizeof(Elf64_Sym);
		if (w->nsymbols > SYMBOLS_MAX)
			w->nsymbols = SYMBOLS_MAX;
		w->names = w->files->image + names.sh_offset;
		w->names_size = names.sh_size;
		return;
	}
}

/* The function that holds address @at of the image. 1 if there is one. */
static int find_function(const struct walk *w, uint64_t at, Elf64_Sym *best)
{
	int found = 0;

	for (size_t i = 0; i < w->nsymbols; i++) {
		Elf64_Sym sym;

		memcpy(&sym, w->symbols + i * sizeof(sym), sizeof(sym));
		/* Assembly may say no size, and then reaches up to the next function. */
		if (ELF64_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_value > at ||
		    (sym.st_size && at - sym.st_value >= sym.st_size) ||
		    (found && sym.st_value < best->st_value))
			continue;
		*best = sym;
		found = 1;
	}
	return found;
}

static void say_name(struct walk *w, uint32_t at)
{
	char name[NAME_MAX_SHOWN + 1];
	size_t n = 0;

	while (n < NAME_MAX_SHOWN && at < w->names_size - n && w->names[at + n] > ' ' &&
	       w->names[at + n] <= '~') {
		name[n] = (char)w->names[at + n];
		n++;
	}
	name[n] = '\0';
	say(w, n ? name : "?");
}

/* @back: look for the function at the byte before, as a call may be its last instruction. */
static void say_place(struct walk *w, uint64_t pc, unsigned back)
{
	uint64_t at = pc - w->head.where.image;
	Elf64_Sym sym = { 0 };

	if (at >= w->head.where.image_size) {
		say_number(w, pc, 16);
		say(w, " (not in the image)");
		return;
	}
	if (at >= back && find_function(w, at - back, &sym)) {
		say_name(w, sym.st_name);
		say(w, "+");
		say_number(w, at - sym.st_value, 16);
		say(w, " ");
	}
	say(w, "(");
	say_number(w, at, 16);
	say(w, ")");
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* From @pc up, by the chain of frames that begins at @frame in stack @i. It leads upwards only. */
static void walk_frames(struct walk *w, uint32_t i, uint64_t pc, uint64_t frame)
{
	uint64_t record[2]; /* the caller's frame, the return address */

	for (unsigned depth = 0; pc; depth++) {
		say(w, "  ");
		if (depth == DEPTH) {
			say(w, "and so on\n");
			return;
		}
		say_place(w, pc, depth > 0);
		say(w, "\n");
		if (!frame)
			return;
		if (frame % 8 != 0 || !fetch(w, i, frame, record, sizeof(record)) ||
		    (record[0] && record[0] <= frame)) {
			say(w, "  the frame pointer leads nowhere: ");
			say_number(w, frame, 16);
			say(w, "\n");
			return;
		}
		frame = record[0];
		pc = record[1];
	}
}

static void walk_fiber(struct walk *w, uint32_t i, int running)
{
	static const char *const states[] = { "free", "ready", "running", "blocked", "ended" };
	const struct cordon_layout *l = &w->head.where;
	uint64_t top = cordon_layout_stack(l, i) + l->stack_size, sp, frame, pc;
	struct cordon_fiber f;

	if (!fetch(w, i, cordon_fiber_place(top, i), &f, sizeof(f)))
		return;
	if (!running && f.state == CORDON_FIBER_FREE)
		return;
	say(w, "fiber ");
	say_number(w, i, 10);
	say(w, running					    ? " running" :
	       f.state < sizeof(states) / sizeof(states[0]) ? " " :
							      " in no state that there is");
	if (!running && f.state < sizeof(states) / sizeof(states[0]))
		say(w, states[f.state]);
	say(w, ", started as ");
	say_place(w, (uintptr_t)f.fn, 0);
	say(w, "\n");
	if (running) {
		walk_frames(w, i, w->head.pc, w->head.frame);
		return;
	}
	sp = (uintptr_t)f.sp;
	if (fetch(w, i, sp + CORDON_SWITCH_FRAME, &frame, sizeof(frame)) &&
	    fetch(w, i, sp + CORDON_SWITCH_PC, &pc, sizeof(pc)))
		walk_frames(w, i, pc, frame);
	else
		say(w, "  its stack pointer leads nowhere\n");
}

size_t cordon_trace_walk(void *files, char *text, size_t room)
{
	static const char cut[] = "(cut)\n";
	struct walk w = { .files = files, .text = text, .room = room };
	const struct cordon_layout *l = &w.head.where;
	uint32_t here;

	if (w.files->snapshot_size < CORDON_SNAPSHOT_HEAD)
		return 0;
	memcpy(&w.head, w.files->snapshot, sizeof(w.head));
	if (w.head.magic != CORDON_SNAPSHOT_MAGIC || !cordon_layout_ok(l) ||
	    cordon_layout_bytes(l) > w.files->snapshot_size)
		return 0;
	find_symbols(&w);
	here = stack_of(&w, w.head.sp);
	if (here >= l->nstacks) {
		say(&w, here == l->nstacks ? "no fiber running\n" : "on a stack of its own\n");
		walk_frames(&w, here == l->nstacks ? here : 0, w.head.pc,
			    here == l->nstacks ? w.head.frame : 0);
	}
	for (uint32_t i = 0; i < l->nstacks; i++)
		walk_fiber(&w, i, i == here);
	if (w.used == w.room && w.room >= sizeof(cut))
		memcpy(w.text + w.room - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
	return w.used;
}
