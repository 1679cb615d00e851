/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times the window as a user feels it: its start, a click on a unit, late frames, and what it costs at rest.
 */
#include <glib/gstdio.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "shell/application.h"
#include "shell/window.h"
#include "widgets/image-view.h"

/* Long enough to go on through every measurement. */
#define STEPS "100000"
/* Between two clicks the work goes on for this long, so that they meet it anywhere in a step. */
#define GAP_LEAST_MS  150
#define GAP_SPREAD_MS 250
/* What a change of state may still cause is over by then. */
#define SETTLE_MS 500
/* Settings are written and the curve is described a second later. */
#define COME_TO_REST_MS 2500
#define COUNT_MS        2000
#define REST_MS         4000
/* A frame later than this many intervals has missed its turn. */
#define LATE 1.5
/* Where the display does not say: that of GTK's own clock. */
#define REFRESH_US 16667

typedef struct
{
  int n_rounds;
  char *glassbox; /* the program, for the start */
  char **parts;   /* nullable: which measurements; all */
} Options;

typedef struct
{
  const Options *options;
  GtkApplication *application;
  GtkWidget *window;
  GtkWidget *view;
  GboxVisionSession *session;

  /* The click being timed, µs. */
  gint64 clicked;
  double first_ms; /* 0 until shown: the start */
  double step_ms;  /* 0 until shown: the first step */

  GArray *intervals; /* nullable: of gint64, between ticks, µs */
  gint64 last_tick;
} Bench;

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_quantile (GArray *values, double quantile)
{
  g_array_sort (values, compare);
  return g_array_index (values, double, (guint) (quantile * (values->len - 1) + 0.5));
}

/* Least, quartiles and largest. */
static void
print_spread (const char *what, GArray *values, const char *unit)
{
  g_print ("%-34s median %7.2f %s   (quarter below %.2f, quarter above %.2f, %.2f … %.2f, n = %u)\n", what,
           get_quantile (values, 0.5), unit, get_quantile (values, 0.25), get_quantile (values, 0.75),
           get_quantile (values, 0), get_quantile (values, 1), values->len);
}

static GArray *
new_values (void)
{
  return g_array_new (FALSE, FALSE, sizeof (double));
}

static void
append (GArray *values, double value)
{
  g_array_append_val (values, value);
}

static double
time_program (const char *path, const char *argument)
{
  const char *const argv[] = { path, argument, NULL };
  g_autoptr (GError) error = NULL;
  const gint64 begin = g_get_monotonic_time ();
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, NULL, NULL, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", path, error->message);
  return 1e-3 * (double) (g_get_monotonic_time () - begin);
}

/* From the start of the program to the end of it, right after the first frame has been drawn. */
static void
measure_start (const Options *options, const char *empty)
{
  g_autoptr (GArray) peer = new_values ();
  g_autoptr (GArray) own = new_values ();
  g_autoptr (GArray) ratios = new_values ();

  time_program (empty, NULL);
  time_program (options->glassbox, "--quit-after-startup");
  for (int i = 0; i < options->n_rounds; i++)
    {
      const double x = time_program (empty, NULL);
      const double y = time_program (options->glassbox, "--quit-after-startup");

      append (peer, x);
      append (own, y);
      append (ratios, y / x);
    }
  print_spread ("start, empty libadwaita window", peer, "ms");
  print_spread ("start, Glassbox", own, "ms");
  print_spread ("start, ratio of neighbours", ratios, "× ");
}

static gboolean
on_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate (guint milliseconds)
{
  gboolean is_over = FALSE;

  g_timeout_add (milliseconds, on_over, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
activate (Bench *bench, const char *action, GVariant *parameter)
{
  g_action_group_activate_action (G_ACTION_GROUP (bench->window), action, parameter);
}

static GboxRunState
get_state (Bench *bench)
{
  GboxRun *run = gbox_vision_session_get_run (bench->session);

  if (run && gbox_run_get_error (run))
    g_error ("%s", gbox_run_get_error (run)->message);
  return run ? gbox_run_get_state (run) : GBOX_RUN_WAITING;
}

static void
wait_for_state (Bench *bench, GboxRunState state)
{
  while (get_state (bench) != state)
    g_main_context_iteration (NULL, TRUE);
}

static GtkWidget *
find_widget (GtkWidget *from, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);

      if (found)
        return found;
    }
  return NULL;
}

/* What the picture shows has just been drawn. */
static void
on_after_paint (Bench *bench)
{
  GboxRun *run = gbox_vision_session_get_run (bench->session);
  GboxFrame *frame = gbox_image_view_get_frame (GBOX_IMAGE_VIEW (bench->view));
  const double ms = 1e-3 * (double) (g_get_monotonic_time () - bench->clicked);

  if (bench->clicked == 0 || !frame || !run || frame != gbox_run_get_frame (run))
    return;
  if (bench->first_ms == 0)
    bench->first_ms = ms;
  if (bench->step_ms == 0 && frame->step > 0)
    bench->step_ms = ms;
}

static void
click (Bench *bench, GtkWidget *grid, guint unit)
{
  bench->first_ms = bench->step_ms = 0;
  bench->clicked = g_get_monotonic_time ();
  g_signal_emit_by_name (grid, "activate", unit);
  while (bench->step_ms == 0)
    g_main_context_iteration (NULL, TRUE);
  bench->clicked = 0;
}

/* From what the grid does on a click, while another unit's image grows, to the end of the drawing that shows
 * the new one. */
static void
measure_click (Bench *bench)
{
  GtkWidget *grid = find_widget (bench->window, GTK_TYPE_GRID_VIEW);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GArray) first = new_values ();
  g_autoptr (GArray) step = new_values ();

  for (int i = 0; i < bench->options->n_rounds; i++)
    {
      iterate (GAP_LEAST_MS + (guint) g_rand_int_range (random, 0, GAP_SPREAD_MS));
      click (bench, grid, (guint) i);
      append (first, bench->first_ms);
      append (step, bench->step_ms);
    }
  print_spread ("click → the unit's first frame", first, "ms");
  print_spread ("click → its first step", step, "ms");
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Bench *bench = user_data;
  const gint64 now = g_get_monotonic_time ();
  const gint64 interval = now - bench->last_tick;

  if (bench->intervals && bench->last_tick != 0)
    g_array_append_val (bench->intervals, interval);
  bench->last_tick = now;
  return G_SOURCE_CONTINUE;
}

static double
get_refresh_interval (Bench *bench)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (bench->window);
  GdkFrameTimings *timings = gdk_frame_clock_get_current_timings (clock);
  const gint64 interval = timings ? gdk_frame_timings_get_refresh_interval (timings) : 0;

  return interval > 0 ? (double) interval : REFRESH_US;
}

typedef struct
{
  guint n_late;
  guint n_all;
} Frames;

/* Returns: how many frames of a hundred came late; adds to @total. */
static double
count_late (Bench *bench, Frames *total)
{
  const double limit = LATE * get_refresh_interval (bench);
  guint n_late = 0;
  double share;

  bench->intervals = g_array_new (FALSE, FALSE, sizeof (gint64));
  bench->last_tick = 0;
  iterate (COUNT_MS);
  for (guint i = 0; i < bench->intervals->len; i++)
    n_late += (double) g_array_index (bench->intervals, gint64, i) > limit;
  total->n_late += n_late;
  total->n_all += bench->intervals->len;
  share = 100.0 * n_late / MAX (1, bench->intervals->len);
  g_clear_pointer (&bench->intervals, g_array_unref);
  return share;
}

/* The window's frame clock is kept ticking; the same window works and rests in turn. */
static void
measure_frames (Bench *bench)
{
  const guint tick = gtk_widget_add_tick_callback (bench->window, on_tick, bench, NULL);
  g_autoptr (GArray) resting = new_values ();
  g_autoptr (GArray) working = new_values ();
  g_autoptr (GArray) differences = new_values ();
  Frames at_rest = { 0 }, at_work = { 0 };

  for (int i = 0; i < bench->options->n_rounds; i++)
    {
      double idle, busy;

      activate (bench, "play-pause", NULL);
      wait_for_state (bench, GBOX_RUN_PAUSED);
      iterate (SETTLE_MS);
      idle = count_late (bench, &at_rest);
      activate (bench, "play-pause", NULL);
      wait_for_state (bench, GBOX_RUN_RUNNING);
      iterate (SETTLE_MS);
      busy = count_late (bench, &at_work);
      append (resting, idle);
      append (working, busy);
      append (differences, busy - idle);
    }
  gtk_widget_remove_tick_callback (bench->window, tick);
  print_spread ("late frames at rest", resting, "% ");
  print_spread ("late frames at work", working, "% ");
  print_spread ("late frames, difference", differences, "% ");
  g_print ("%-34s %u of %u at rest, %u of %u at work\n", "late frames, in all", at_rest.n_late, at_rest.n_all,
           at_work.n_late, at_work.n_all);
}

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + 1e-6 * (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
print_rest (const char *what)
{
  double begin, used;

  iterate (COME_TO_REST_MS);
  begin = get_cpu_seconds ();
  iterate (REST_MS);
  used = get_cpu_seconds () - begin;
  g_print ("%-34s %.2f %% of one core over %.1f s (%.1f ms)\n", what, 100e3 * used / REST_MS, 1e-3 * REST_MS,
           1e3 * used);
}

static void
measure_rest (Bench *bench)
{
  activate (bench, "play-pause", NULL);
  wait_for_state (bench, GBOX_RUN_PAUSED);
  print_rest ("CPU, paused");
  activate (bench, "stop", NULL);
  print_rest ("CPU, stopped");
  activate (bench, "set", g_variant_new ("(ss)", "steps", "5"));
  activate (bench, "restart", NULL);
  wait_for_state (bench, GBOX_RUN_FINISHED);
  print_rest ("CPU, done");
  activate (bench, "set", g_variant_new ("(ss)", "steps", STEPS));
  activate (bench, "restart", NULL);
  wait_for_state (bench, GBOX_RUN_RUNNING);
}

static gboolean
wants (const Options *options, const char *part)
{
  return !options->parts || g_strv_contains ((const char *const *) options->parts, part);
}

static gboolean
on_idle (gpointer data)
{
  Bench *bench = data;

  wait_for_state (bench, GBOX_RUN_RUNNING);
  activate (bench, "set", g_variant_new ("(ss)", "steps", STEPS));
  if (wants (bench->options, "click"))
    measure_click (bench);
  if (wants (bench->options, "frames"))
    measure_frames (bench);
  if (wants (bench->options, "rest"))
    measure_rest (bench);
  gtk_window_close (GTK_WINDOW (bench->window));
  return G_SOURCE_REMOVE;
}

static void
on_activated (Bench *bench)
{
  GtkWindow *window = gtk_application_get_active_window (bench->application);

  bench->window = GTK_WIDGET (window);
  bench->view = find_widget (bench->window, GBOX_TYPE_IMAGE_VIEW);
  bench->session = gbox_vision_page_get_session (gbox_window_get_vision_page (GBOX_WINDOW (window)));
  g_signal_connect_swapped (gtk_widget_get_frame_clock (bench->window), "after-paint",
                            G_CALLBACK (on_after_paint), bench);
  g_idle_add (on_idle, bench);
}

static void
measure_window (const Options *options)
{
  g_autoptr (GboxApplication) application = gbox_application_new ();
  Bench bench = { .options = options, .application = GTK_APPLICATION (application) };
  char *argv[] = { (char *) "glassbox", NULL };

  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_signal_connect_data (application, "activate", G_CALLBACK (on_activated), &bench, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  g_application_run (G_APPLICATION (application), 1, argv);
}

/* Settings and thumbnails of its own, but the user's models. */
static char *
move_in (void)
{
  char *home = g_dir_make_tmp ("glassbox-bench-XXXXXX", NULL);

  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_setenv ("XDG_CACHE_HOME", home, TRUE);
  return home;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_folder (child);
    }
  g_remove (path);
}

int
main (int argc, char **argv)
{
  Options options = { .n_rounds = 30 };
  const GOptionEntry entries[] = {
    { "rounds", 'n', 0, G_OPTION_ARG_INT, &options.n_rounds, "How often each thing is measured", "N" },
    { "glassbox", 0, 0, G_OPTION_ARG_FILENAME, &options.glassbox, "The program whose start is timed",
      "PATH" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.parts, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[start] [click] [frames] [rest]");
  g_autofree char *folder = g_path_get_dirname (argv[0]);
  g_autofree char *empty = g_build_filename (folder, "empty-window", NULL);
  g_autofree char *glassbox = g_build_filename (folder, "..", "..", "app", "glassbox", NULL);
  g_autofree char *home = move_in ();
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || options.n_rounds < 1)
    {
      g_printerr ("%s\n", error ? error->message : "--rounds takes a number from 1 on.");
      return EXIT_FAILURE;
    }
  if (!options.glassbox)
    options.glassbox = g_steal_pointer (&glassbox);
  if (wants (&options, "start"))
    measure_start (&options, empty);
  if (wants (&options, "click") || wants (&options, "frames") || wants (&options, "rest"))
    measure_window (&options);
  remove_folder (home);
  return EXIT_SUCCESS;
}
