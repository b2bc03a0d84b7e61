// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon channel show: a domain has one channel, with dimensions that its class fixes. */
#include <inttypes.h>
#include <stdlib.h>
#include "core/cli/json.h"
#include "core/cli/pages.h"

#define VALUE(x) atomic_load_explicit(&(x), memory_order_relaxed)

static uint64_t mean_ns(const struct cordon_page *p)
{
	uint64_t calls = VALUE(p->common.calls);

	return calls ? VALUE(p->common.call_ns) / calls : 0;
}

/* What was answered, by name, if it was counted. */
static void print_calls(const struct cordon_page *p, const struct cordon_class *k)
{
	const char *between = "  of these     ";

	for (unsigned i = 0; k && i < k->decode->n && i < CORDON_PAGE_CALLS; i++) {
		uint64_t n = VALUE(p->call[i]);

		if (!n)
			continue;
		printf("%s%s %" PRIu64, between, cordon_decode_name(k->decode, i), n);
		between = ", ";
	}
	if (between[0] == ',')
		printf("\n");
}

static struct json_object *calls_json(const struct cordon_page *p, const struct cordon_class *k)
{
	struct json_object *o = json_object_new_object();

	for (unsigned i = 0; i < k->decode->n && i < CORDON_PAGE_CALLS; i++)
		cli_json_counter(o, cordon_decode_name(k->decode, i), VALUE(p->call[i]));
	return o;
}

static void print_one(const struct cli_page *page)
{
	const struct cordon_page *p = &page->page;
	const struct cordon_class *k = page->class;

	printf("%s: %s, incarnation %u, class %s\n", p->name, cli_page_state(page), p->incarnation,
	       p->class);
	if (k) {
		printf("  call lines   %u\n", k->chan.calls);
		printf("  streams      to the driver %u lines, to the front-end %u lines\n",
		       k->chan.ab, k->chan.ba);
		printf("  pool         %u small buffers, %u big ones; %u and %u that the driver "
		       "can't write\n",
		       k->pool.small, k->pool.big, k->pool.ro_small, k->pool.ro_big);
		printf("  memory       channel %" PRIu64 " KB, pool %" PRIu64 " KB\n",
		       (uint64_t)cordon_chan_size(&k->chan) / 1024,
		       (cordon_pool_size(&k->pool) + cordon_pool_ro_size(&k->pool)) / 1024);
	}
	printf("  calls        %" PRIu64 " answered, %" PRIu64 " ns each, %" PRIu64 " failed\n",
	       VALUE(p->common.calls), mean_ns(p), VALUE(p->common.call_errors));
	print_calls(p, k);
	printf("  at work      %" PRIu64 " now, %" PRIu64 " at most\n", VALUE(p->common.depth),
	       VALUE(p->common.depth_peak));
	printf("  waiting      %" PRIu64 " sleeps, %" PRIu64 " doorbells\n",
	       VALUE(p->common.sleeps), VALUE(p->common.rings));
	printf("  faults       %" PRIu64 "\n", VALUE(p->common.errors));
}

static struct json_object *one_json(const struct cli_page *page)
{
	const struct cordon_page *p = &page->page;
	const struct cordon_class *k = page->class;
	struct json_object *o = json_object_new_object();
	struct json_object *dims = NULL;

	cli_json_string(o, "domain", p->name);
	cli_json_string(o, "state", cli_page_state(page));
	cli_json_number(o, "incarnation", p->incarnation);
	if (k) {
		dims = json_object_new_object();
		cli_json_number(dims, "call_lines", k->chan.calls);
		cli_json_number(dims, "to_driver_lines", k->chan.ab);
		cli_json_number(dims, "to_front_lines", k->chan.ba);
		cli_json_number(dims, "small_buffers", k->pool.small);
		cli_json_number(dims, "big_buffers", k->pool.big);
		cli_json_number(dims, "small_buffers_read_only", k->pool.ro_small);
		cli_json_number(dims, "big_buffers_read_only", k->pool.ro_big);
		cli_json_counter(dims, "channel_bytes", cordon_chan_size(&k->chan));
		cli_json_counter(dims, "pool_bytes",
				 cordon_pool_size(&k->pool) + cordon_pool_ro_size(&k->pool));
	}
	json_object_object_add(o, "dimensions", dims);
	cli_json_counter(o, "calls", VALUE(p->common.calls));
	cli_json_counter(o, "call_ns", VALUE(p->common.call_ns));
	cli_json_counter(o, "call_errors", VALUE(p->common.call_errors));
	json_object_object_add(o, "calls_by_name", k ? calls_json(p, k) : NULL);
	cli_json_counter(o, "depth", VALUE(p->common.depth));
	cli_json_counter(o, "depth_peak", VALUE(p->common.depth_peak));
	cli_json_counter(o, "sleeps", VALUE(p->common.sleeps));
	cli_json_counter(o, "rings", VALUE(p->common.rings));
	cli_json_counter(o, "errors", VALUE(p->common.errors));
	return o;
}

int cli_channel_show(struct cli *c)
{
	struct json_object *list;
	struct cli_page *pages;
	int n = cli_pages(c, &pages);

	if (n < 0)
		return CLI_FAILED;
	list = c->json ? json_object_new_array() : NULL;
	for (int i = 0; i < n; i++) {
		if (list)
			json_object_array_add(list, one_json(&pages[i]));
		else
			print_one(&pages[i]);
	}
	if (list)
		cli_json_print(list);
	free(pages);
	return c->err.text[0] ? CLI_FAILED : CLI_OK;
}
