/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli gridworld: an agent learns its way, a main loop around a run. */
#include <unistd.h>

#include "base/error.h"
#include "cli.h"
#include "learning/gridworld-job.h"
#include "runtime/engine.h"

typedef struct
{
  GMainLoop *loop;
  gboolean json;
  guint n_episodes;
  GboxGridworldTable *table;
  int code;
} Session;

static void
end_progress (void)
{
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");
}

static void
print_episode (const GboxPoint *point, guint n_repeats)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_integer (builder, "episode", point->step);
  cli_add_number (builder, "return", point->values[GBOX_GRIDWORLD_RETURN]);
  if (n_repeats > 1)
    {
      cli_add_number (builder, "return_std", point->values[GBOX_GRIDWORLD_SPREAD]);
      cli_add_number (builder, "length", point->values[GBOX_GRIDWORLD_LENGTH]);
    }
  else
    cli_add_integer (builder, "length", (gint64) point->values[GBOX_GRIDWORLD_LENGTH]);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
on_point (GboxRun *run, const GboxPoint *point, Session *session)
{
  session->n_episodes = point->step;
  if (session->json && session->table != NULL)
    print_episode (point, session->table->outcome.n_repeats);
}

static void
add_cell (JsonBuilder *builder, const char *name, int state, int n_columns)
{
  if (name != NULL)
    json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, state / n_columns);
  json_builder_add_int_value (builder, state % n_columns);
  json_builder_end_array (builder);
}

static void
print_move_as_json (const GboxGridworldMove *move, int n_columns)
{
  const GboxTransition *transition = &move->transition;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_add_integer (builder, "episode", (gint64) move->episode + 1);
  cli_add_integer (builder, "move", (gint64) move->move + 1);
  add_cell (builder, "state", transition->state, n_columns);
  cli_add_text (builder, "action", gbox_action_get_name (transition->action));
  cli_add_number (builder, "reward", transition->reward);
  add_cell (builder, "next_state", transition->next_state, n_columns);
  if (!transition->is_end)
    cli_add_text (builder, "next_action", gbox_action_get_name (transition->next_action));
  cli_add_number (builder, "value", move->value);
  cli_add_number (builder, "new_value", move->new_value);
  json_builder_end_object (builder);
  cli_print_json (builder);
}

static void
print_move (const GboxGridworldMove *move, int n_columns)
{
  const GboxTransition *transition = &move->transition;

  g_print ("episode %u, move %u: (%d, %d) %s → (%d, %d), reward %g, Q %.4g → %.4g\n", move->episode + 1,
           move->move + 1, transition->state / n_columns, transition->state % n_columns,
           gbox_action_get_name (transition->action), transition->next_state / n_columns,
           transition->next_state % n_columns, transition->reward, move->value, move->new_value);
}

/* A table comes before the first move. */
static void
on_record (GboxRun *run, GType type, gconstpointer record, Session *session)
{
  if (type == GBOX_TYPE_GRIDWORLD_TABLE)
    {
      g_clear_pointer (&session->table, gbox_gridworld_table_free);
      session->table = gbox_gridworld_table_copy (record);
      if (!session->json && isatty (STDERR_FILENO))
        g_printerr ("\r\033[KEpisode %u of %u", session->n_episodes, gbox_run_get_n_steps (run));
      return;
    }
  end_progress ();
  if (session->json)
    print_move_as_json (record, session->table->world.n_columns);
  else
    print_move (record, session->table->world.n_columns);
}

static void
on_notice (GboxRun *run, const char *id, const char *text, gpointer user_data)
{
  end_progress ();
  g_printerr ("%s\n", text);
}

static void
on_state (GboxRun *run, GParamSpec *pspec, Session *session)
{
  if (!gbox_run_is_final (run))
    return;
  end_progress ();
  if (gbox_run_get_state (run) == GBOX_RUN_FAILED)
    session->code = cli_failure (gbox_run_get_error (run));
  g_main_loop_quit (session->loop);
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
    add_cell (builder, NULL, states[i], world->n_columns);
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
add_outcome (JsonBuilder *builder, const GboxGridworldOutcome *outcome)
{
  cli_add_number (builder, "late_return", outcome->late_return);
  if (outcome->n_repeats == 1)
    return;
  cli_add_number (builder, "late_return_std", outcome->late_spread);
  cli_add_integer (builder, "repeats", outcome->n_repeats);
  cli_add_integer (builder, "greedy_reaching", outcome->n_reaching);
  cli_add_number (builder, "greedy_length_mean", outcome->length);
  cli_add_number (builder, "greedy_length_std", outcome->length_spread);
}

static void
print_outcome (const GboxGridworldOutcome *outcome, guint n_episodes)
{
  const guint n = MIN (n_episodes, GBOX_GRIDWORLD_N_LATE);

  if (outcome->n_repeats == 1)
    {
      g_print ("Mean return of the last %u %s: %.2f\n", n, n == 1 ? "episode" : "episodes",
               outcome->late_return);
      return;
    }
  g_print ("Mean return of the last %u %s: %.2f ± %.2f (%u seeds)\n", n, n == 1 ? "episode" : "episodes",
           outcome->late_return, outcome->late_spread, outcome->n_repeats);
  if (outcome->n_reaching > 0)
    g_print ("The best way reaches the goal for %u of %u seeds, in %.1f ± %.1f moves\n", outcome->n_reaching,
             outcome->n_repeats, outcome->length, outcome->length_spread);
}

static void
print_way (const GboxGridworldOutcome *outcome, int n_moves, gboolean is_end, guint seed)
{
  g_autofree char *whose
    = outcome->n_repeats > 1 ? g_strdup_printf (" with the seed %u", seed) : g_strdup ("");

  if (is_end)
    g_print ("The best way as learnt%s: %d %s\n", whose, n_moves, n_moves == 1 ? "move" : "moves");
  else
    g_print ("What is best as learnt%s does not lead to the goal yet: learn for more episodes.\n", whose);
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
      print_outcome (&session->table->outcome, session->n_episodes);
      print_way (&session->table->outcome, n - 1, is_end, values->seed);
      g_print ("%s", drawing);
      return;
    }
  json_builder_begin_object (builder);
  cli_add_text (builder, "world", values->world);
  cli_add_integer (builder, "episodes", session->n_episodes);
  add_outcome (builder, &session->table->outcome);
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
  Session session = { .loop = loop, .json = json };

  g_signal_connect (run, "point", G_CALLBACK (on_point), &session);
  g_signal_connect (run, "record", G_CALLBACK (on_record), &session);
  g_signal_connect (run, "notice-posted", G_CALLBACK (on_notice), NULL);
  g_signal_connect (run, "notify::state", G_CALLBACK (on_state), &session);
  g_main_loop_run (loop);
  g_signal_handlers_disconnect_by_data (run, &session);
  if (session.code == CLI_OK && session.table != NULL)
    print_summary (&session, gbox_gridworld_spec_get_values (spec));
  g_clear_pointer (&session.table, gbox_gridworld_table_free);
  return session.code;
}

static gboolean
parse (GboxGridworldSpec *spec, char **argv, gboolean *json, GError **error)
{
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, json,
      "Print a JSON object a line for each episode, with --moves for each move too, then a summary", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new ("— let an agent learn its way through a world of cells");
  g_auto (GStrv) words = g_strdupv (argv);

  g_option_context_set_description (
    context,
    "With --repeats returns are means over as many seeds, from --seed on, the same for each algorithm, "
    "± their\nstandard deviation. The way that is drawn, and the moves, are those of the first.");
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
