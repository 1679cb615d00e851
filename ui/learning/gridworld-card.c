/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent at work: its board, its last move, and how well it does. */
#include "learning/gridworld-card.h"

#include "widgets/axis.h"

struct _GboxGridworldCard
{
  GtkBox parent_instance;

  GtkLabel *name_label;
  GtkLabel *result_label;
  GboxGridBoard *board;
  GtkLabel *move_label;

  GboxGridworldSession *session;
  GboxGridworldAgent *agent;
  guint tick; /* what has changed is shown with the next frame */
};

G_DEFINE_FINAL_TYPE (GboxGridworldCard, gbox_gridworld_card, GTK_TYPE_BOX)

GboxSeriesRole
gbox_gridworld_card_get_role (GboxTabularAlgorithm algorithm)
{
  static const GboxSeriesRole roles[] = {
    [GBOX_TABULAR_SARSA] = GBOX_SERIES_BLUE,
    [GBOX_TABULAR_EXPECTED_SARSA] = GBOX_SERIES_PURPLE,
    [GBOX_TABULAR_Q_LEARNING] = GBOX_SERIES_ORANGE,
  };

  return roles[algorithm];
}

/* What of the episodes that have ended counts for how well it does. */
static void
describe_returns (const GboxGridworldOutcome *outcome, guint n_episodes, GString *text, GString *tip)
{
  const guint n = MIN (n_episodes, GBOX_GRIDWORLD_N_LATE);
  g_autofree char *mean = gbox_axis_format_value (outcome->late_return);
  g_autofree char *spread = g_strdup_printf ("%.1f", outcome->late_spread);
  g_autofree char *length = gbox_axis_format_value (outcome->length);

  g_string_append_printf (text, "%slast %u: %s", text->len > 0 ? " · " : "", n, mean);
  g_string_append_printf (tip, "Mean reward of the last %u episodes: %s", n, mean);
  if (outcome->n_repeats == 1)
    return;
  g_string_append_printf (text, " ± %s", spread);
  g_string_append_printf (tip, ", over %u seeds with a standard deviation of %s. ", outcome->n_repeats,
                          spread);
  if (outcome->n_reaching > 0)
    g_string_append_printf (tip, "The best actions of %u of them lead to the goal, in %s moves on average. ",
                            outcome->n_reaching, length);
  g_string_append (tip, "The board is that of the first seed.");
}

static void
show_result (GboxGridworldCard *self)
{
  const GboxGridworldTable *table = gbox_gridworld_agent_get_table (self->agent);
  const guint n_episodes = gbox_gridworld_agent_get_returns (self->agent)->len;
  gboolean is_end;
  const int n_moves = gbox_grid_board_get_path (self->board, &is_end);
  GString *text = g_string_new (NULL), *tip = g_string_new (NULL);

  if (is_end)
    {
      g_string_append_printf (text, "%d moves", n_moves);
      g_string_append_printf (tip, "Taking the best action everywhere, it reaches the goal in %d moves. ",
                              n_moves);
    }
  if (table != NULL && n_episodes > 0)
    describe_returns (&table->outcome, n_episodes, text, tip);
  gtk_label_set_label (self->result_label, text->str);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->result_label), tip->len > 0 ? tip->str : NULL);
  g_string_free (text, TRUE);
  g_string_free (tip, TRUE);
}

/* "s (3, 0)  a up  r −1  s′ (2, 0)  a′ right", and below "Q(s, a) −1.50 → −1.75" */
static char *
describe_move (const GboxGridworldMove *move, int n_columns)
{
  const GboxTransition *transition = &move->transition;
  g_autofree char *reward = gbox_axis_format_constant (transition->reward);
  g_autofree char *before = gbox_axis_format_value (move->value);
  g_autofree char *after = gbox_axis_format_value (move->new_value);
  g_autofree char *next = transition->is_end
                            ? g_strdup ("the goal")
                            : g_strdup_printf ("(%d, %d)  a′ %s", transition->next_state / n_columns,
                                               transition->next_state % n_columns,
                                               gbox_action_get_name (transition->next_action));

  return g_strdup_printf ("s (%d, %d)  a %s  r %s  s′ %s\nQ(s, a) %s → %s", transition->state / n_columns,
                          transition->state % n_columns, gbox_action_get_name (transition->action), reward,
                          next, before, after);
}

static void
show_move (GboxGridworldCard *self)
{
  const GboxGridworldMove *move = gbox_gridworld_agent_get_move (self->agent);
  const GboxGridworld *world = gbox_gridworld_session_get_world (self->session);
  const gboolean has_moves
    = gbox_gridworld_spec_get_values (gbox_gridworld_session_get_spec (self->session))->moves > 0;
  g_autofree char *text = NULL;

  if (move != NULL && has_moves)
    text = describe_move (move, world->n_columns);
  else if (gbox_gridworld_agent_has_begun (self->agent) && !has_moves)
    text = g_strdup ("Whole episodes: slow down to see each move.\n");
  /* Always as high, or the boards would jump. */
  gtk_label_set_label (self->move_label, text != NULL ? text : "\n");
  gbox_grid_board_set_agent (self->board,
                             move != NULL && has_moves ? move->transition.next_state : world->start);
}

static gboolean
show (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GboxGridworldCard *self = GBOX_GRIDWORLD_CARD (widget);
  const GboxGridworld *world = gbox_gridworld_session_get_world (self->session);
  const GboxGridworldTable *table = gbox_gridworld_agent_get_table (self->agent);
  /* A table of a world of another size is on its way out. */
  const gboolean fits
    = table != NULL && table->world.n_rows == world->n_rows && table->world.n_columns == world->n_columns;

  self->tick = 0;
  gbox_grid_board_set_world (self->board, world);
  gbox_grid_board_set_learnt (self->board, fits ? table->values : NULL, fits ? table->visits : NULL);
  show_result (self);
  show_move (self);
  return G_SOURCE_REMOVE;
}

static void
follow (GboxGridworldCard *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show, NULL, NULL);
}

static void
on_cell_pressed (GboxGridworldCard *self, int state)
{
  gbox_gridworld_session_press (self->session, state);
}

static void
gbox_gridworld_card_dispose (GObject *object)
{
  GboxGridworldCard *self = GBOX_GRIDWORLD_CARD (object);

  g_clear_object (&self->agent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_gridworld_card_parent_class)->dispose (object);
}

static void
gbox_gridworld_card_class_init (GboxGridworldCardClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_gridworld_card_dispose;
  g_type_ensure (GBOX_TYPE_GRID_BOARD);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/gridworld-card.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldCard, name_label);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldCard, result_label);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldCard, board);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldCard, move_label);
  gtk_widget_class_bind_template_callback (widget_class, on_cell_pressed);
}

static void
gbox_gridworld_card_init (GboxGridworldCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gbox_gridworld_card_new (GboxGridworldSession *session, GboxGridworldAgent *agent)
{
  GboxGridworldCard *self = g_object_new (GBOX_TYPE_GRIDWORLD_CARD, NULL);
  const char *name = gbox_gridworld_agent_get_name (agent);

  self->session = g_object_ref (session);
  self->agent = g_object_ref (agent);
  gtk_label_set_label (self->name_label, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->board), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gbox_grid_board_set_role (self->board,
                            gbox_gridworld_card_get_role (gbox_gridworld_agent_get_algorithm (agent)));
  g_signal_connect_object (agent, "changed", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "world-changed", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::speed", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  show (GTK_WIDGET (self), NULL, NULL);
  return GTK_WIDGET (self);
}
