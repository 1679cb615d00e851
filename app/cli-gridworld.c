/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli gridworld: an agent learns its way, a main loop around a run. */
#include <stdio.h>

#include "base/error.h"
#include "cli.h"
#include "learning/gridworld-job.h"
#include "runtime/engine.h"

/* Episodes at the end whose mean tells what has been learnt. */
#define N_LATE 100

typedef struct
{
  GMainLoop *loop;
  gboolean json;
  GArray *returns; /* of double */
  GboxGridworldTable *table;
  int code;
} Session;

static void
on_point (GboxRun *run, const GboxPoint *point, Session *session)
{
  g_autoptr (JsonBuilder) builder = NULL;

  g_array_append_val (session->returns, point->values[GBOX_GRIDWORLD_RETURN]);
  if (!session->json)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_add_integer (builder, "episode", point->step);
  cli_add_number (builder, "return", point->values[GBOX_GRIDWORLD_RETURN]);
  cli_add_integer (builder, "length", (gint64) point->values[GBOX_GRIDWORLD_LENGTH]);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_record (GboxRun *run, GType type, gconstpointer record, Session *session)
{
  if (type != GBOX_TYPE_GRIDWORLD_TABLE)
    return;
  g_clear_pointer (&session->table, gbox_gridworld_table_free);
  session->table = gbox_gridworld_table_copy (record);
}

static void
on_notice (GboxRun *run, const char *id, const char *text, gpointer user_data)
{
  g_printerr ("%s\n", text);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  if (!gbox_run_is_final (run))
    return;
  if (gbox_run_get_state (run) == GBOX_RUN_FAILED)
    session->code = cli_failure (gbox_run_get_error (run));
  g_main_loop_quit (session->loop);
}

/* Over the last episodes, or all if there are fewer. */
static double
get_late_mean (const GArray *returns)
{
  const guint n = MIN (returns->len, N_LATE);
  double sum = 0;

  for (guint i = returns->len - n; i < returns->len; i++)
    sum += g_array_index (returns, double, i);
  return n > 0 ? sum / n : 0;
}

/* An arrow for each cell, the best action; what is no floor is written as it is. */
static char *
draw_policy (const GboxGridworldTable *table)
{
  static const char *const arrows[] = { "↑", "→", "↓", "←" };
  const GboxGridworld *world = &table->world;
  GString *text = g_string_new (NULL);

  for (int i = 0; i < gbox_gridworld_get_n_states (world); i++)
    {
      const guint8 cell = world->cells[i];

      if (cell == GBOX_CELL_FLOOR || cell == GBOX_CELL_START)
        g_string_append (text, arrows[gbox_tabular_get_best (table->values + (gsize) i * GBOX_N_ACTIONS)]);
      else
        g_string_append_c (text, (char) cell);
      if ((i + 1) % world->n_columns == 0)
        g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static void
add_path (JsonBuilder *builder, const GboxGridworld *world, const int *states, int n)
{
  json_builder_set_member_name (builder, "greedy_path");
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    {
      json_builder_begin_array (builder);
      json_builder_add_int_value (builder, states[i] / world->n_columns);
      json_builder_add_int_value (builder, states[i] % world->n_columns);
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

static void
add_rows (JsonBuilder *builder, const char *drawing)
{
  g_auto (GStrv) rows = g_strsplit (drawing, "\n", -1);

  json_builder_set_member_name (builder, "policy");
  json_builder_begin_array (builder);
  for (char **row = rows; **row != '\0'; row++)
    json_builder_add_string_value (builder, *row);
  json_builder_end_array (builder);
}

static void
print_summary (const Session *session, const GboxGridworldValues *values)
{
  const GboxGridworld *world = &session->table->world;
  int states[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE + 1];
  gboolean is_end;
  const int n = gbox_tabular_get_path (world, session->table->values, states, &is_end);
  g_autofree char *drawing = draw_policy (session->table);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!session->json)
    {
      g_print ("Mean return of the last %u episodes: %.2f\nThe best way as learnt: %d moves%s\n%s",
               MIN (session->returns->len, N_LATE), get_late_mean (session->returns), n - 1,
               is_end ? "" : ", and it does not reach the goal", drawing);
      return;
    }
  json_builder_begin_object (builder);
  cli_add_text (builder, "world", values->world);
  cli_add_integer (builder, "episodes", session->returns->len);
  cli_add_number (builder, "late_return", get_late_mean (session->returns));
  json_builder_set_member_name (builder, "greedy_reaches_goal");
  json_builder_add_boolean_value (builder, is_end);
  cli_add_integer (builder, "greedy_length", n - 1);
  add_path (builder, world, states, n);
  add_rows (builder, drawing);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static int
run_session (GboxEngine *engine, GboxGridworldSpec *spec, gboolean json)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GboxRun) run = gbox_engine_start (engine, GBOX_SPEC (spec));
  Session session = { .loop = loop, .json = json, .returns = g_array_new (FALSE, FALSE, sizeof (double)) };

  g_signal_connect (run, "point", G_CALLBACK (on_point), &session);
  g_signal_connect (run, "record", G_CALLBACK (on_record), &session);
  g_signal_connect (run, "notice-posted", G_CALLBACK (on_notice), NULL);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), &session);
  g_main_loop_run (loop);
  g_signal_handlers_disconnect_by_data (run, &session);
  if (session.code == CLI_OK && session.table != NULL)
    print_summary (&session, gbox_gridworld_spec_get_values (spec));
  g_clear_pointer (&session.table, gbox_gridworld_table_free);
  g_array_unref (session.returns);
  return session.code;
}

static gboolean
parse (GboxGridworldSpec *spec, char **argv, gboolean *json, GError **error)
{
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, json, "Print a JSON object a line for each episode, then a summary",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— let an agent learn its way through a world of cells");
  g_auto (GStrv) words = g_strdupv (argv);

  g_option_context_set_main_group (context, gbox_spec_get_options (GBOX_SPEC (spec)));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!cli_parse (context, &words, error))
    return FALSE;
  if (g_strv_length (words) > 1)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, "“%s” is one word too many.", words[1]);
      return FALSE;
    }
  return gbox_spec_validate (GBOX_SPEC (spec), error);
}

int
cli_gridworld (char **argv)
{
  g_autoptr (GboxGridworldSpec) spec = gbox_gridworld_spec_new ();
  g_autoptr (GboxEngine) engine = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  int code;

  if (!parse (spec, argv, &json, &error))
    return cli_usage_error (argv[0], error);
  engine = gbox_engine_new (0, &error);
  if (engine == NULL)
    return cli_failure (error);
  code = run_session (engine, spec, json);
  gbox_engine_shutdown (engine);
  return code;
}
