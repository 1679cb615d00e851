/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the reward of a finetuning: up to three weighted terms, and a sample that shows what they count. */
#include "learning/reward-editor.h"

#include "learning/reward-term-rows.h"

/* Longer sums are written. */
#define MAX_TERMS 3

struct _GboxRewardEditor
{
  AdwBin parent_instance;

  GtkWidget *terms_box;
  GboxRewardTermRows *terms[MAX_TERMS];
  GtkWidget *formula_group;
  GtkEditable *formula_row;
  GboxRewardSample *sample;

  GboxFinetuneSession *session;
  gboolean is_busy; /* one side follows the other */
};

G_DEFINE_FINAL_TYPE (GboxRewardEditor, gbox_reward_editor, ADW_TYPE_BIN)

static const char *const term_names[MAX_TERMS] = { "term_1", "term_2", "term_3" };

/* One more than are chosen; weights count between two, or where a single one has been given a weight. */
static void
show_terms (GboxRewardEditor *self)
{
  const double weight = gbox_reward_term_rows_get_weight (self->terms[0]);
  const gboolean has_weights = gbox_reward_term_rows_has_term (self->terms[1]) || weight < 1 || weight > 1;

  for (guint i = 0; i < MAX_TERMS; i++)
    g_object_set (self->terms[i], "is-weighted", has_weights, "visible",
                  i < 2 || gbox_reward_term_rows_has_term (self->terms[i - 1]), NULL);
}

static void
set_reward (GboxRewardEditor *self, const char *text)
{
  self->is_busy = TRUE;
  g_object_set (gbox_finetune_session_get_spec (self->session), "reward", text, NULL);
  self->is_busy = FALSE;
}

/* A term that is taken away leaves no gap. */
static void
close_gaps (GboxRewardEditor *self)
{
  if (!gbox_reward_term_rows_has_term (self->terms[1]) && gbox_reward_term_rows_has_term (self->terms[2]))
    gbox_reward_term_rows_take (self->terms[1], self->terms[2]);
}

static void
on_terms_changed (GboxRewardEditor *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->session == NULL || self->is_busy)
    return;
  close_gaps (self);
  show_terms (self);
  for (guint i = 0; i < MAX_TERMS; i++)
    gbox_reward_term_rows_append (self->terms[i], text);
  set_reward (self, text->str);
}

static void
on_formula_changed (GboxRewardEditor *self)
{
  if (self->session != NULL && !self->is_busy)
    set_reward (self, gtk_editable_get_text (self->formula_row));
}

static void
fill_terms (GboxRewardEditor *self, const GboxReward *reward)
{
  const guint n = gbox_reward_get_n_terms (reward);

  for (guint i = 0; i < n; i++)
    {
      const char *argument;
      double weight;
      const GboxRewardKind kind = gbox_reward_get_term (reward, i, &weight, &argument);

      gbox_reward_term_rows_set (self->terms[i], kind, weight, argument);
    }
  for (guint i = n; i < MAX_TERMS; i++)
    gbox_reward_term_rows_set_none (self->terms[i]);
  show_terms (self);
}

/* What cannot be shown as terms stands as it is written. */
static void
follow_reward (GboxRewardEditor *self)
{
  const char *text = gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (self->session))->reward;
  g_autoptr (GboxReward) reward = NULL;
  gboolean are_terms;

  if (self->is_busy)
    return;
  self->is_busy = TRUE;
  reward = gbox_reward_parse (text, NULL);
  are_terms = reward != NULL && gbox_reward_get_n_terms (reward) <= MAX_TERMS;
  if (are_terms)
    fill_terms (self, reward);
  gtk_editable_set_text (self->formula_row, text);
  gtk_widget_set_visible (self->terms_box, are_terms);
  gtk_widget_set_visible (self->formula_group, !are_terms);
  self->is_busy = FALSE;
}

static void
gbox_reward_editor_dispose (GObject *object)
{
  g_clear_object (&GBOX_REWARD_EDITOR (object)->session);
  G_OBJECT_CLASS (gbox_reward_editor_parent_class)->dispose (object);
}

static void
gbox_reward_editor_class_init (GboxRewardEditorClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_reward_editor_dispose;
  g_type_ensure (GBOX_TYPE_REWARD_TERM_ROWS);
  g_type_ensure (GBOX_TYPE_REWARD_SAMPLE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/reward-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxRewardEditor, terms_box);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardEditor, formula_group);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardEditor, formula_row);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardEditor, sample);
  for (guint i = 0; i < MAX_TERMS; i++)
    gtk_widget_class_bind_template_child_full (widget_class, term_names[i], FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_terms_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_formula_changed);
}

static void
gbox_reward_editor_init (GboxRewardEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < MAX_TERMS; i++)
    self->terms[i] = GBOX_REWARD_TERM_ROWS (
      gtk_widget_get_template_child (GTK_WIDGET (self), GBOX_TYPE_REWARD_EDITOR, term_names[i]));
}

void
gbox_reward_editor_set_session (GboxRewardEditor *self, GboxFinetuneSession *session)
{
  g_return_if_fail (GBOX_IS_REWARD_EDITOR (self) && self->session == NULL);

  self->session = g_object_ref (session);
  gbox_reward_sample_set_session (self->sample, session);
  g_signal_connect_object (gbox_finetune_session_get_spec (session), "notify::reward",
                           G_CALLBACK (follow_reward), self, G_CONNECT_SWAPPED);
  follow_reward (self);
}

void
gbox_reward_editor_set_free (GboxRewardEditor *self, gboolean is_free)
{
  g_return_if_fail (GBOX_IS_REWARD_EDITOR (self));

  gtk_widget_set_sensitive (self->terms_box, is_free);
  gtk_widget_set_sensitive (self->formula_group, is_free);
}
