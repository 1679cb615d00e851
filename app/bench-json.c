/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short ways to say things in JSON. */
#include "bench-json.h"

#include "cli.h"

void
bench_json_add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

void
bench_json_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
bench_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
bench_json_add_spread (JsonBuilder *builder, const char *name, const BenchSpread *spread, double scale)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  bench_json_add_double (builder, "min", spread->least * scale);
  bench_json_add_double (builder, "lower", spread->lower * scale);
  bench_json_add_double (builder, "median", spread->median * scale);
  bench_json_add_double (builder, "upper", spread->upper * scale);
  bench_json_add_double (builder, "max", spread->most * scale);
  bench_json_add_int (builder, "n", spread->n);
  json_builder_end_object (builder);
}

JsonBuilder *
bench_json_line_new (const char *kind, const BenchCase *work)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  bench_json_add_string (builder, "kind", kind);
  if (work != NULL)
    {
      g_autofree char *name = bench_case_get_full_name (work);

      bench_json_add_string (builder, "case", name);
    }
  return builder;
}

void
bench_json_print_line (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  cli_print_json (builder);
}
