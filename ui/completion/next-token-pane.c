/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the token looked at was chosen among. */
#include "completion/next-token-pane.h"

#include <math.h>

#include "completion/visible-text.h"
#include "widgets/share-bar.h"

/* Rows for tokens; the last of them is the chosen one where it is not among the first. */
#define N_ROWS        11
#define N_USUAL       (N_ROWS - 1)
#define TOKEN_CHARS   10
#define CONTEXT_CHARS 28

/* Of probabilities, to be told apart on a bar. */
#define LEAST_DIFFERENCE 0.01

typedef struct
{
  GtkWidget *row;
  GtkLabel *text;
  GboxShareBar *bar;
  GtkLabel *number;
  int id;
} Row;

struct _GboxNextTokenPane
{
  AdwBin parent_instance;

  GtkStack *stack;
  GtkLabel *which_label;
  GtkLabel *context_label;
  GtkListBox *list;

  GboxCompletionSession *session;
  Row rows[N_ROWS];
  Row rest;
  guint update_source; /* tick callback: tokens come faster than frames */
};

G_DEFINE_FINAL_TYPE (GboxNextTokenPane, gbox_next_token_pane, ADW_TYPE_BIN)

static void
make_row (GboxNextTokenPane *self, Row *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);

  row->text = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (row->text, 0);
  gtk_label_set_width_chars (row->text, TOKEN_CHARS);
  gtk_label_set_max_width_chars (row->text, TOKEN_CHARS);
  gtk_label_set_ellipsize (row->text, PANGO_ELLIPSIZE_END);
  row->bar = GBOX_SHARE_BAR (gbox_share_bar_new ());
  gtk_widget_set_hexpand (GTK_WIDGET (row->bar), TRUE);
  row->number = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (row->number, 1);
  gtk_widget_add_css_class (GTK_WIDGET (row->number), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (row->number), "caption");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->text));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->bar));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->number));
  row->row = gtk_list_box_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row->row), box);
  gtk_list_box_append (self->list, row->row);
}

/* The mark is there where the parameters have changed much. */
static void
set_row (Row *row, const char *text, double probability, double model_probability)
{
  g_autofree char *number = g_strdup_printf ("%.3f", probability);

  gtk_label_set_label (row->text, text);
  gtk_label_set_label (row->number, number);
  gbox_share_bar_set (row->bar, probability,
                      fabs (probability - model_probability) > LEAST_DIFFERENCE ? model_probability : -1);
}

static void
set_choice (Row *row, const GboxChoice *choice, const char *text, gboolean is_chosen)
{
  g_autofree char *visible = gbox_visible_text_new (text);
  g_autofree char *tooltip
    = g_strdup_printf ("“%s”, token %d\nDrawn with probability %.4f; the model alone gives it %.4f.%s",
                       visible, choice->id, (double) choice->probability, exp ((double) choice->logprob),
                       is_chosen ? "\nThis is the one that was chosen." : "\nTake it, and go on from here.");

  row->id = choice->id;
  set_row (row, *visible != '\0' ? visible : "…", (double) choice->probability,
           exp ((double) choice->logprob));
  gtk_widget_set_tooltip_text (row->row, tooltip);
  gtk_widget_set_visible (row->row, TRUE);
  if (is_chosen)
    gtk_widget_add_css_class (row->row, "chosen");
  else
    gtk_widget_remove_css_class (row->row, "chosen");
}

/* What is left of both distributions. */
static void
set_rest (GboxNextTokenPane *self, const GboxSample *sample, guint n_shown)
{
  const guint n_vocab = gbox_branch_get_n_vocab (gbox_completion_session_get_branch (self->session));
  double drawn = 1, model = 1;
  g_autofree char *text = NULL;

  for (guint i = 0; i < n_shown; i++)
    {
      drawn -= (double) sample->top[i].probability;
      model -= exp ((double) sample->top[i].logprob);
    }
  text = g_strdup_printf ("%'u more", n_vocab > n_shown ? n_vocab - n_shown : 0);
  set_row (&self->rest, text, MAX (drawn, 0), MAX (model, 0));
  gtk_widget_set_visible (self->rest.row, n_vocab > n_shown);
}

static void
show_choices (GboxNextTokenPane *self, const GboxCompletionToken *token)
{
  const GboxSample *sample = &token->sample;
  const guint n = MIN (sample->n_top, N_USUAL);
  gboolean has_chosen = FALSE;

  for (guint i = 0; i < n; i++)
    {
      const gboolean is_chosen = sample->top[i].id == sample->chosen.id;

      has_chosen = has_chosen || is_chosen;
      set_choice (&self->rows[i], &sample->top[i], token->top_texts[i], is_chosen);
    }
  for (guint i = n; i < N_ROWS; i++)
    gtk_widget_set_visible (self->rows[i].row, FALSE);
  if (!has_chosen)
    set_choice (&self->rows[n], &sample->chosen, token->description, TRUE);
  set_rest (self, sample, n);
}

/* The end of what stands before a token, in one line. */
static char *
describe_context (GboxNextTokenPane *self, guint token)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) line = g_string_new (NULL);
  glong n;

  while (token > 0 && text->len < CONTEXT_CHARS * 4)
    g_string_prepend (text, gbox_completion_session_get_token (self->session, --token)->text);
  if (text->len < CONTEXT_CHARS * 4)
    {
      const char *prompt = gbox_completion_session_get_prompt (self->session);
      const glong n_prompt = g_utf8_strlen (prompt, -1);

      g_string_prepend (text, g_utf8_offset_to_pointer (prompt, MAX (n_prompt - CONTEXT_CHARS * 2, 0)));
    }
  gbox_visible_text_append_line (line, text->str);
  n = g_utf8_strlen (line->str, -1);
  return g_strdup_printf ("%s%s", n > CONTEXT_CHARS ? "…" : "",
                          g_utf8_offset_to_pointer (line->str, MAX (n - CONTEXT_CHARS, 0)));
}

static void
update (GboxNextTokenPane *self)
{
  const int index = gbox_completion_session_get_looked_at (self->session);
  const GboxCompletionToken *token;
  g_autofree char *which = NULL;
  g_autofree char *context = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *markup = NULL;

  gtk_stack_set_visible_child_name (self->stack, index < 0 ? "nothing" : "choices");
  if (index < 0)
    {
      gtk_label_set_label (self->which_label, "");
      return;
    }
  token = gbox_completion_session_get_token (self->session, (guint) index);
  which = g_strdup_printf ("token %d · %.1f of %.1f bits", index + 1,
                           -(double) token->sample.chosen.logprob / G_LN2,
                           (double) token->sample.entropy / G_LN2);
  gtk_label_set_label (self->which_label, which);
  context = describe_context (self, (guint) index);
  escaped = g_markup_escape_text (context, -1);
  markup = g_strdup_printf ("π(<i>a</i> | <i>s</i>) after <tt>%s</tt>", escaped);
  gtk_label_set_markup (self->context_label, markup);
  show_choices (self, token);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  GboxNextTokenPane *self = GBOX_NEXT_TOKEN_PANE (widget);

  self->update_source = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (GboxNextTokenPane *self)
{
  if (self->update_source == 0)
    self->update_source = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

static void
on_row_activated (GboxNextTokenPane *self, GtkListBoxRow *row)
{
  const int index = gtk_list_box_row_get_index (row);
  const int token = gbox_completion_session_get_looked_at (self->session);

  if (index < N_ROWS && token >= 0)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.branch", "(uu)", (guint) token,
                                (guint) self->rows[index].id);
}

static void
gbox_next_token_pane_dispose (GObject *object)
{
  GboxNextTokenPane *self = GBOX_NEXT_TOKEN_PANE (object);

  if (self->update_source != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->update_source);
  self->update_source = 0;
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_next_token_pane_parent_class)->dispose (object);
}

static void
gbox_next_token_pane_class_init (GboxNextTokenPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_next_token_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/next-token-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxNextTokenPane, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxNextTokenPane, which_label);
  gtk_widget_class_bind_template_child (widget_class, GboxNextTokenPane, context_label);
  gtk_widget_class_bind_template_child (widget_class, GboxNextTokenPane, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
gbox_next_token_pane_init (GboxNextTokenPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < N_ROWS; i++)
    {
      make_row (self, &self->rows[i]);
      gtk_widget_add_css_class (GTK_WIDGET (self->rows[i].text), "token-text");
    }
  make_row (self, &self->rest);
  gtk_widget_add_css_class (GTK_WIDGET (self->rest.text), "caption");
  gtk_widget_add_css_class (self->rest.row, "rest");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self->rest.row), FALSE);
}

void
gbox_next_token_pane_set_session (GboxNextTokenPane *self, GboxCompletionSession *session)
{
  g_return_if_fail (GBOX_IS_NEXT_TOKEN_PANE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::token", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "text-changed", G_CALLBACK (queue_update), self, G_CONNECT_SWAPPED);
  update (self);
}
