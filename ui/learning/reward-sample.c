/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text that shows what a reward counts, and how much it gives for that. */
#include "learning/reward-sample.h"

#include <math.h>
#include <string.h>

#include "learning/marked-text.h"
#include "learning/program-check.h"
#include "widgets/axis.h"

/* Something for each reward to count. */
#define FIRST_TEXT "Good morning! It is 7.30 a.m. How are you? The bees, the birds... they are up already."

struct _GboxRewardSample
{
  AdwBin parent_instance;

  GtkTextView *view;
  GtkLabel *description_label;
  GtkLabel *number_label;
  GtkWidget *completion_button;

  GboxFinetuneSession *session;
  GboxProgramCheck *program; /* what the text makes of the prompt */
  guint n_taken;             /* completions that were taken since the last start */
};

G_DEFINE_FINAL_TYPE (GboxRewardSample, gbox_reward_sample, ADW_TYPE_BIN)

/* "0.1 × 86", or "− 0.1 × 86" after another one. */
static void
append_product (GString *sum, double weight, double score)
{
  const gboolean is_first = sum->len == 0;
  g_autofree char *number = gbox_axis_format_constant (score);
  g_autofree char *factor = gbox_axis_format_constant (fabs (weight));

  if (weight < 0)
    g_string_append (sum, is_first ? "−" : " − ");
  else if (!is_first)
    g_string_append (sum, " + ");
  if (fabs (weight) < 1 || fabs (weight) > 1)
    g_string_append_printf (sum, "%s × ", factor);
  g_string_append (sum, number);
}

/* "3", or of several terms "3 + 0.1 × 86 = 11.6". */
static char *
describe_score (const GboxReward *reward, const char *text, GArray *ranges)
{
  GString *sum = g_string_new (NULL);
  double total = 0;
  g_autofree char *result = NULL;

  for (guint i = 0; i < gbox_reward_get_n_terms (reward); i++)
    {
      const double score = gbox_reward_score_term (reward, i, text, ranges);
      double weight;

      gbox_reward_get_term (reward, i, &weight, NULL);
      append_product (sum, weight, score);
      total += weight * score;
    }
  result = gbox_axis_format_constant (total);
  if (strcmp (sum->str, result) != 0)
    g_string_append_printf (sum, " = %s", result);
  return g_string_free (sum, FALSE);
}

static char *
get_text (GtkTextBuffer *buffer)
{
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, FALSE);
}

static void
show_problem (GboxRewardSample *self, const char *problem)
{
  gtk_label_set_label (self->description_label, problem);
  gtk_label_set_label (self->number_label, "–");
  gtk_widget_add_css_class (GTK_WIDGET (self->description_label), "error");
}

static double
get_program_share (const char *text, GArray *ranges, gpointer program)
{
  return gbox_program_check_get_share (program);
}

/* Whether it is known how much the text is worth; asks where it is not. */
static gboolean
check_program (GboxRewardSample *self, GboxReward *reward, const char *prompt, const char *text)
{
  if (!gbox_reward_has_code_checks (reward))
    return TRUE;
  gbox_reward_set_code_checks (reward, get_program_share, self->program);
  gbox_program_check_ask (self->program, prompt, text);
  return gbox_program_check_get_share (self->program) >= 0;
}

/* What is counted, and how a program fared. */
static void
show_description (GboxRewardSample *self, const GboxReward *reward)
{
  const char *words
    = gbox_reward_has_code_checks (reward) ? gbox_program_check_get_words (self->program) : NULL;
  g_autofree char *description = gbox_reward_describe (reward);
  g_autofree char *text
    = g_strdup_printf ("%s%s%s", description, words != NULL ? "\nHere: " : "", words != NULL ? words : "");

  gtk_widget_remove_css_class (GTK_WIDGET (self->description_label), "error");
  gtk_label_set_label (self->description_label, text);
}

/* A length counts everything; beside others it would hide what they count. */
static void
mark_all (const char *text, GArray *ranges)
{
  const GboxRewardRange all = { .end = strlen (text) };

  g_array_append_val (ranges, all);
}

/* What @reward gives the text, whose counted parts go to @ranges. */
static void
show_reward (GboxRewardSample *self, GboxReward *reward, const char *text, GArray *ranges)
{
  const GboxFinetuneValues *values
    = gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (self->session));
  const gboolean is_known = check_program (self, reward, values->prompt, text);
  g_autofree char *number = describe_score (reward, text, ranges);

  if (!is_known && gbox_program_check_get_words (self->program) != NULL)
    {
      show_problem (self, gbox_program_check_get_words (self->program));
      return;
    }
  if (gbox_reward_get_n_terms (reward) == 1
      && gbox_reward_get_term (reward, 0, NULL, NULL) == GBOX_REWARD_LENGTH)
    mark_all (text, ranges);
  show_description (self, reward);
  gtk_label_set_label (self->number_label, is_known ? number : "running in a sandbox…");
}

static void
update (GboxRewardSample *self)
{
  GboxFinetuneSpec *spec = gbox_finetune_session_get_spec (self->session);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *text = get_text (buffer);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxReward) reward = gbox_reward_parse (gbox_finetune_spec_get_values (spec)->reward, &error);

  if (reward != NULL)
    show_reward (self, reward, text, ranges);
  else
    show_problem (self, error->message);
  gbox_marked_text_tag (buffer, text, ranges);
}

/* The newest one of the completions at hand: of the policy now if it has ended, else of the model as it was.
 */
static const char *
find_completion (GboxFinetuneSession *session, guint i)
{
  g_autoptr (GboxFinetunePair) pair = g_list_model_get_item (gbox_finetune_session_get_pairs (session), i);
  const GboxFinetuneText *now = pair != NULL ? gbox_finetune_pair_get_now (pair) : NULL;
  const GboxFinetuneText *before = pair != NULL ? gbox_finetune_pair_get_before (pair) : NULL;

  if (now != NULL && now->is_whole)
    return now->text;
  return before != NULL && before->is_whole ? before->text : NULL;
}

static void
follow_texts (GboxRewardSample *self)
{
  gtk_widget_set_sensitive (self->completion_button, find_completion (self->session, 0) != NULL);
}

/* Another one each time. */
static void
on_completion_clicked (GboxRewardSample *self)
{
  const guint n = g_list_model_get_n_items (gbox_finetune_session_get_pairs (self->session));
  const char *text = n > 0 ? find_completion (self->session, self->n_taken++ % n) : NULL;

  if (text != NULL)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), text, -1);
}

static void
gbox_reward_sample_dispose (GObject *object)
{
  GboxRewardSample *self = GBOX_REWARD_SAMPLE (object);

  g_clear_object (&self->session);
  if (self->program != NULL)
    gbox_program_check_cancel (self->program);
  g_clear_object (&self->program);
  G_OBJECT_CLASS (gbox_reward_sample_parent_class)->dispose (object);
}

static void
gbox_reward_sample_class_init (GboxRewardSampleClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_reward_sample_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/reward-sample.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, view);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, description_label);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, number_label);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, completion_button);
  gtk_widget_class_bind_template_callback (widget_class, on_completion_clicked);
}

static void
gbox_reward_sample_init (GboxRewardSample *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->program = gbox_program_check_new ();
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), FIRST_TEXT, -1);
}

void
gbox_reward_sample_set_session (GboxRewardSample *self, GboxFinetuneSession *session)
{
  g_return_if_fail (GBOX_IS_REWARD_SAMPLE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (gtk_text_view_get_buffer (self->view), "changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_finetune_session_get_spec (session), "notify::reward", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_finetune_session_get_spec (session), "notify::prompt", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->program, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "texts-changed", G_CALLBACK (follow_texts), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "cleared", G_CALLBACK (follow_texts), self, G_CONNECT_SWAPPED);
  update (self);
  follow_texts (self);
}

GtkTextBuffer *
gbox_reward_sample_get_buffer (GboxRewardSample *self)
{
  return gtk_text_view_get_buffer (self->view);
}
