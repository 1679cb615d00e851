/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gridworld on the Reinforcement page of the real window. */
#include "learning/gridworld-card.h"
#include "learning-testing.h"

/* log10 of moves a second, slow enough to be paused on the way and fast enough not to wait for. */
#define SLOW_SPEED 2.0
/* At that speed, of which moves are asked for thirty times a second. */
#define MOVES_AT_A_TIME 3
#define EPISODES        "10"

static GboxGridworldSession *
get_session (WindowFixture *fixture)
{
  return gbox_learning_page_get_gridworld (gbox_window_get_learning_page (fixture->window));
}

static GboxGridworldAgent *
get_agent (WindowFixture *fixture, GboxTabularAlgorithm algorithm)
{
  return gbox_gridworld_session_get_agent (get_session (fixture), algorithm);
}

static const GArray *
get_returns (WindowFixture *fixture, GboxTabularAlgorithm algorithm)
{
  return gbox_gridworld_agent_get_returns (get_agent (fixture, algorithm));
}

static void
set_parameter (WindowFixture *fixture, const char *name, const char *value)
{
  window_activate (fixture, "gridworld-set", g_variant_new ("(ss)", name, value));
}

static void
set_cell (WindowFixture *fixture, guint row, guint column, const char *tool)
{
  window_activate (fixture, "gridworld-cell", g_variant_new ("(uus)", row, column, tool));
}

static void
set_speed (WindowFixture *fixture, double speed)
{
  g_action_group_change_action_state (G_ACTION_GROUP (fixture->window), "gridworld-speed",
                                      g_variant_new_double (speed));
}

static gboolean
is_over (gpointer data)
{
  return !gbox_gridworld_session_is_running (get_session (data));
}

static gboolean
has_moved (gpointer data)
{
  return gbox_gridworld_agent_get_move (get_agent (data, GBOX_TABULAR_SARSA)) != NULL
         && gbox_gridworld_agent_get_move (get_agent (data, GBOX_TABULAR_Q_LEARNING)) != NULL;
}

static guint
count_cards (WindowFixture *fixture)
{
  GtkWidget *card = window_find_widget (GTK_WIDGET (gbox_window_get_learning_page (fixture->window)),
                                        GBOX_TYPE_GRIDWORLD_CARD);
  guint n = 0;

  for (; card != NULL; card = gtk_widget_get_next_sibling (card))
    n++;
  return n;
}

/* Every move is seen, and names what happened; a pause is one. */
static void
check_moves (WindowFixture *fixture)
{
  const GboxGridworldMove *after;
  GboxGridworldMove before;

  set_speed (fixture, SLOW_SPEED);
  g_assert_true (learning_is_enabled (fixture, "gridworld-start"));
  g_assert_false (learning_is_enabled (fixture, "gridworld-pause"));
  g_assert_false (learning_is_enabled (fixture, "gridworld-reset"));
  window_activate (fixture, "gridworld-start", NULL);
  g_assert_false (learning_is_enabled (fixture, "gridworld-start"));
  window_wait_until (has_moved, fixture);
  window_activate (fixture, "gridworld-pause", NULL);
  before = *gbox_gridworld_agent_get_move (get_agent (fixture, GBOX_TABULAR_SARSA));
  window_iterate (400);
  after = gbox_gridworld_agent_get_move (get_agent (fixture, GBOX_TABULAR_SARSA));
  window_wait_for_label (GTK_WIDGET (gbox_window_get_learning_page (fixture->window)), "Resume");
  /* A step that has been asked for already comes yet. */
  g_assert_cmpuint (after->episode, ==, before.episode);
  g_assert_cmpuint (after->move, <=, before.move + MOVES_AT_A_TIME);
  window_wait_for_label (GTK_WIDGET (gbox_window_get_learning_page (fixture->window)), "a′");
  g_assert_null (gbox_gridworld_agent_get_move (get_agent (fixture, GBOX_TABULAR_EXPECTED_SARSA)));
}

/* What may change live does, under the agents' feet too. */
static void
check_edit (WindowFixture *fixture)
{
  GboxGridworldSession *session = get_session (fixture);

  set_cell (fixture, 0, 5, "wall");
  g_assert_cmpint (gbox_gridworld_session_get_world (session)->cells[5], ==, GBOX_CELL_WALL);
  set_cell (fixture, 3, 5, "empty");
  set_cell (fixture, 2, 0, "start");
  g_assert_cmpint (gbox_gridworld_session_get_world (session)->start, ==, 24);
  g_assert_cmpint (gbox_gridworld_session_get_world (session)->cells[36], ==, GBOX_CELL_FLOOR);
  /* A world needs its start and its goal. */
  set_cell (fixture, 2, 0, "wall");
  set_cell (fixture, 3, 11, "empty");
  g_assert_cmpint (gbox_gridworld_session_get_world (session)->cells[24], ==, GBOX_CELL_START);
  g_assert_cmpint (gbox_gridworld_session_get_world (session)->cells[47], ==, GBOX_CELL_GOAL);
  set_parameter (fixture, "epsilon", "0.2");
  g_assert_true (gbox_gridworld_agent_has_begun (get_agent (fixture, GBOX_TABULAR_SARSA)));
  set_parameter (fixture, "epsilon", "2");
  g_assert_cmpfloat (gbox_gridworld_spec_get_values (gbox_gridworld_session_get_spec (session))->epsilon, ==,
                     0.2);
}

static gboolean
are_equal (const GArray *a, const GArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (double)) == 0;
}

static GArray *
run_all (WindowFixture *fixture, double speed)
{
  set_speed (fixture, speed);
  window_activate (fixture, "gridworld-reset", NULL);
  g_assert_cmpuint (get_returns (fixture, GBOX_TABULAR_SARSA)->len, ==, 0);
  window_activate (fixture, "gridworld-start", NULL);
  window_wait_until (is_over, fixture);
  g_assert_cmpuint (get_returns (fixture, GBOX_TABULAR_SARSA)->len, ==, atoi (EPISODES));
  g_assert_cmpuint (get_returns (fixture, GBOX_TABULAR_Q_LEARNING)->len, ==, atoi (EPISODES));
  return g_array_copy ((GArray *) get_returns (fixture, GBOX_TABULAR_SARSA));
}

/* Watched or not, the same seed learns the same; another does not. */
static void
check_seeds (WindowFixture *fixture)
{
  g_autoptr (GArray) watched = NULL;
  g_autoptr (GArray) free = NULL;
  g_autoptr (GArray) other = NULL;

  set_parameter (fixture, "world", "maze");
  g_assert_false (gbox_gridworld_session_has_begun (get_session (fixture)));
  set_parameter (fixture, "episodes", EPISODES);
  watched = run_all (fixture, 3.9);
  free = run_all (fixture, GBOX_GRIDWORLD_MAX_SPEED);
  g_assert_true (are_equal (watched, free));
  set_parameter (fixture, "seed", "1");
  other = run_all (fixture, GBOX_GRIDWORLD_MAX_SPEED);
  g_assert_false (are_equal (other, free));
}

/* Returns are averaged over seeds from the next start on; the board is that of the first. */
static void
check_repeats (WindowFixture *fixture)
{
  GtkWidget *page = GTK_WIDGET (gbox_window_get_learning_page (fixture->window));
  GboxGridworldAgent *agent = get_agent (fixture, GBOX_TABULAR_SARSA);
  g_autoptr (GArray) one = NULL;
  g_autoptr (GArray) three = NULL;
  const int start = gbox_gridworld_session_get_world (get_session (fixture))->start;
  guint n_visits;

  set_parameter (fixture, "repeats", "1");
  one = run_all (fixture, GBOX_GRIDWORLD_MAX_SPEED);
  n_visits = gbox_gridworld_agent_get_table (agent)->visits[start];
  window_iterate (100);
  g_assert_null (window_find_label (page, " ± "));
  set_parameter (fixture, "repeats", "3");
  g_assert_cmpuint (gbox_gridworld_agent_get_table (agent)->outcome.n_repeats, ==, 1);
  three = run_all (fixture, GBOX_GRIDWORLD_MAX_SPEED);
  g_assert_cmpuint (gbox_gridworld_agent_get_table (agent)->outcome.n_repeats, ==, 3);
  g_assert_cmpuint (gbox_gridworld_agent_get_spreads (agent)->len, ==, atoi (EPISODES));
  g_assert_cmpfloat (g_array_index (gbox_gridworld_agent_get_spreads (agent), double, 0), >, 0);
  g_assert_false (are_equal (one, three));
  g_assert_cmpuint (n_visits, ==, gbox_gridworld_agent_get_table (agent)->visits[start]);
  window_wait_for_label (page, " ± ");
}

/* A third agent joins, and one always stays. */
static void
check_compare (WindowFixture *fixture)
{
  g_assert_cmpuint (count_cards (fixture), ==, 2);
  window_activate (fixture, "gridworld-expected-sarsa", NULL);
  g_assert_cmpuint (count_cards (fixture), ==, 3);
  window_activate (fixture, "gridworld-start", NULL);
  window_wait_until (is_over, fixture);
  g_assert_cmpuint (get_returns (fixture, GBOX_TABULAR_EXPECTED_SARSA)->len, ==, atoi (EPISODES));
  window_activate (fixture, "gridworld-expected-sarsa", NULL);
  window_activate (fixture, "gridworld-sarsa", NULL);
  window_activate (fixture, "gridworld-q-learning", NULL);
  g_assert_cmpuint (count_cards (fixture), ==, 1);
}

static void
drive_gridworld (gpointer data)
{
  WindowFixture *fixture = data;

  window_go_to (fixture, "reinforcement");
  window_activate (fixture, "reinforcement-view", g_variant_new_string ("gridworld"));
  g_assert_false (learning_is_enabled (fixture, "open"));
  check_moves (fixture);
  check_edit (fixture);
  check_seeds (fixture);
  check_repeats (fixture);
  check_compare (fixture);
  window_close (fixture);
}

static void
test_gridworld (void)
{
  window_test (drive_gridworld);
}

static void
add_tests (void)
{
  g_test_add_func ("/window-gridworld/learn", test_gridworld);
}

int
main (int argc, char **argv)
{
  return window_main (argc, argv, add_tests);
}
