/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts the findings of a comparison into a list. */
#include "learning/finding-list.h"

#include "widgets/axis.h"

/* Terms of a kind that are told. */
#define N_TERMS 20
/* Of the reward's own, each kind. */
#define N_OWN 5

/* Of the columns, as the rows have them. */
#define COLUMN_SPACING 10
#define ODDS_CHARS     7
#define Z_CHARS        5

#define WORDS       "Words after the prompt"
#define PAIRS       "Pairs after the prompt"
#define OTHER_WORDS "Words after other prompts"
#define OTHER_PAIRS "Pairs after other prompts"
#define OWN         "The reward’s own characters"
#define TOKENS      "Tokens next after the prompt"
#define HABITS      "Length and repetition"
#define OTHER       "The same after other prompts"

static void
add (GtkListBox *list, const GboxFinding *finding, const char *section, const char *name, const char *numbers)
{
  gtk_list_box_append (list, gbox_finding_row_new (finding, section, name, numbers));
}

static void
add_terms (
  GtkListBox *list, const char *section, const GArray *changes, gboolean is_other, gboolean is_own, guint n)
{
  for (guint i = 0; i < changes->len && n > 0; i++)
    {
      const GboxTermChange *change = &g_array_index (changes, GboxTermChange, i);
      const GboxFinding finding = { .kind = GBOX_FINDING_TERM, .is_other = is_other, .term = change->term };
      g_autofree char *numbers = g_strdup_printf ("%u → %u", change->n_before, change->n_after);
      GtkWidget *row;

      if (change->is_own != is_own)
        continue;
      row = gbox_finding_row_new (&finding, section, change->term, numbers);
      gbox_finding_row_set_odds (GBOX_FINDING_ROW (row), change->log_odds, change->z);
      gtk_list_box_append (list, row);
      n--;
    }
}

static void
add_tokens (GtkListBox *list, const GboxComparison *comparison)
{
  for (guint i = 0; i < comparison->n_tokens; i++)
    {
      const GboxTokenChange *change = &comparison->tokens[i];
      const GboxFinding finding = { .kind = GBOX_FINDING_TOKEN, .token = change->id };
      g_autofree char *name = g_strdup_printf ("“%s”", comparison->token_texts[i]);
      g_autofree char *numbers = g_strdup_printf ("%.4f → %.4f", change->before, change->after);

      g_strdelimit (name, "\n\r\t", ' ');
      add (list, &finding, TOKENS, name, numbers);
    }
}

static void
add_pair (GtkListBox *list,
          const GboxFinding *finding,
          const char *section,
          const char *name,
          double before,
          double after)
{
  g_autofree char *first = gbox_axis_format_value (before);
  g_autofree char *second = gbox_axis_format_value (after);
  g_autofree char *numbers = g_strdup_printf ("%s → %s", first, second);

  add (list, finding, section, name, numbers);
}

static void
add_habits (GtkListBox *list, const char *section, const GboxTextHabits *habits, gboolean is_other)
{
  const GboxFinding length = { .kind = GBOX_FINDING_LENGTH, .is_other = is_other };
  const GboxFinding repetition = { .kind = GBOX_FINDING_REPETITION, .is_other = is_other };

  add_pair (list, &length, section, "Characters a text", habits[0].n_characters, habits[1].n_characters);
  add_pair (list, &length, section, "Words a text", habits[0].n_words, habits[1].n_words);
  add_pair (list, &repetition, section, "Different words, of all", habits[0].distinct_words,
            habits[1].distinct_words);
  add_pair (list, &repetition, section, "Different pairs, of all", habits[0].distinct_pairs,
            habits[1].distinct_pairs);
  add_pair (list, &repetition, section, "Pairs a text had before", habits[0].repetition,
            habits[1].repetition);
}

static GtkWidget *
make_column_title (const char *text, int n_chars)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_width_chars (GTK_LABEL (label), n_chars);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "secondary");
  return label;
}

/* What stands in the columns is said of terms; all else has names that say it. */
static GtkWidget *
make_heading (const char *section, const GboxFinding *finding)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, COLUMN_SPACING);
  GtkWidget *label = gtk_label_new (section);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  if (finding->kind == GBOX_FINDING_TERM)
    {
      gtk_box_append (GTK_BOX (box), make_column_title ("log-odds", ODDS_CHARS));
      gtk_box_append (GTK_BOX (box), make_column_title ("z", Z_CHARS));
    }
  gtk_widget_add_css_class (box, "finding-heading");
  return box;
}

static void
show_heading (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  const char *section = gbox_finding_row_get_section (GBOX_FINDING_ROW (row));

  if (before != NULL && g_str_equal (gbox_finding_row_get_section (GBOX_FINDING_ROW (before)), section))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  gtk_list_box_row_set_header (row,
                               make_heading (section, gbox_finding_row_get_finding (GBOX_FINDING_ROW (row))));
}

void
gbox_finding_list_fill (GtkListBox *list, const GboxComparison *comparison)
{
  const GboxFinding perplexity = { .kind = GBOX_FINDING_PERPLEXITY };

  gtk_list_box_set_header_func (list, show_heading, NULL, NULL);
  add_terms (list, WORDS, comparison->words, FALSE, FALSE, N_TERMS);
  add_terms (list, PAIRS, comparison->pairs, FALSE, FALSE, N_TERMS);
  add_terms (list, OTHER_WORDS, comparison->other_words, TRUE, FALSE, N_TERMS);
  add_terms (list, OTHER_PAIRS, comparison->other_pairs, TRUE, FALSE, N_TERMS);
  add_terms (list, OWN, comparison->words, FALSE, TRUE, N_OWN);
  add_terms (list, OWN, comparison->pairs, FALSE, TRUE, N_OWN);
  add_tokens (list, comparison);
  add_habits (list, HABITS, comparison->habits, FALSE);
  add_habits (list, OTHER, comparison->other_habits, TRUE);
  add_pair (list, &perplexity, "A text nobody trained on", "Perplexity", comparison->perplexity[0],
            comparison->perplexity[1]);
}

GtkListBoxRow *
gbox_finding_list_find_word (GtkListBox *list, const char *word)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (list));

  for (; child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      const GboxFinding *finding
        = GBOX_IS_FINDING_ROW (child) ? gbox_finding_row_get_finding (GBOX_FINDING_ROW (child)) : NULL;

      if (finding != NULL && finding->kind == GBOX_FINDING_TERM && !finding->is_other
          && g_str_equal (finding->term, word))
        return GTK_LIST_BOX_ROW (child);
    }
  return NULL;
}
