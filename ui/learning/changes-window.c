/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All findings of a comparison, and the completions each came from. */
#include "learning/changes-window.h"

#include "learning/finding-list.h"
#include "learning/marked-text.h"

/* More tell nothing more, and a row takes some time to lay out. */
#define MAX_SAMPLES 40

#define MIN_CHARS 12

struct _GboxChangesWindow
{
  AdwWindow parent_instance;

  GtkListBox *findings_list;
  GtkLabel *finding_label;
  GtkLabel *before_label;
  GtkLabel *after_label;
  GtkListBox *before_list;
  GtkListBox *after_list;

  GboxComparison *comparison;
};

G_DEFINE_FINAL_TYPE (GboxChangesWindow, gbox_changes_window, ADW_TYPE_WINDOW)

/* Other prompts are told with the completion. */
static GtkWidget *
make_row (const GboxFindingSample *sample, gboolean is_other)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *label = gtk_label_new (NULL);

  if (is_other)
    {
      GtkWidget *prompt = gtk_label_new (sample->prompt);

      gtk_label_set_xalign (GTK_LABEL (prompt), 0);
      gtk_label_set_ellipsize (GTK_LABEL (prompt), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (prompt, "caption");
      gtk_widget_add_css_class (prompt, "secondary");
      gtk_box_append (GTK_BOX (box), prompt);
    }
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), MIN_CHARS);
  gtk_widget_add_css_class (label, "caption");
  gbox_marked_text_show (GTK_LABEL (label), sample->text, sample->ranges);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static void
clear_list (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

/* "Before  3 of 128": the completions that a finding came from. */
static void
show_samples (
  GboxChangesWindow *self, const GboxFinding *finding, guint policy, GtkListBox *list, GtkLabel *label)
{
  g_autoptr (GArray) samples = gbox_finding_list_samples (finding, self->comparison, policy);
  const char *name = policy == 0 ? "Before" : "After";
  const guint n_shown = MIN (samples->len, MAX_SAMPLES);
  g_autofree char *shown = n_shown < samples->len ? g_strdup_printf (", %u shown", n_shown) : g_strdup ("");
  g_autofree char *markup = g_markup_printf_escaped ("<b>%s</b>  <small>%u text%s%s</small>", name,
                                                     samples->len, samples->len == 1 ? "" : "s", shown);

  gtk_label_set_markup (label, markup);
  clear_list (list);
  for (guint i = 0; i < n_shown; i++)
    gtk_list_box_append (list, make_row (&g_array_index (samples, GboxFindingSample, i), finding->is_other));
}

static void
on_row_selected (GboxChangesWindow *self, GtkListBoxRow *row)
{
  const GboxFinding *finding;
  g_autofree char *title = NULL;

  if (row == NULL || self->comparison == NULL)
    return;
  finding = gbox_finding_row_get_finding (GBOX_FINDING_ROW (row));
  title = g_strdup_printf ("%s — %s", gbox_finding_row_get_name (GBOX_FINDING_ROW (row)),
                           gbox_finding_row_get_section (GBOX_FINDING_ROW (row)));
  gtk_label_set_label (self->finding_label, title);
  show_samples (self, finding, 0, self->before_list, self->before_label);
  show_samples (self, finding, 1, self->after_list, self->after_label);
}

static void
gbox_changes_window_dispose (GObject *object)
{
  GboxChangesWindow *self = GBOX_CHANGES_WINDOW (object);

  g_clear_pointer (&self->comparison, gbox_comparison_unref);
  G_OBJECT_CLASS (gbox_changes_window_parent_class)->dispose (object);
}

static void
gbox_changes_window_class_init (GboxChangesWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_changes_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/changes-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxChangesWindow, findings_list);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesWindow, finding_label);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesWindow, before_label);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesWindow, after_label);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesWindow, before_list);
  gtk_widget_class_bind_template_child (widget_class, GboxChangesWindow, after_list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gbox_changes_window_init (GboxChangesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_changes_window_present (GtkWindow *parent, const GboxComparison *comparison, const char *word)
{
  GboxChangesWindow *self = g_object_new (GBOX_TYPE_CHANGES_WINDOW, "transient-for", parent, NULL);
  GtkListBoxRow *row;

  self->comparison = gbox_comparison_ref ((GboxComparison *) comparison);
  gbox_finding_list_fill (self->findings_list, comparison);
  row = word != NULL ? gbox_finding_list_find_word (self->findings_list, word) : NULL;
  if (row == NULL)
    row = gtk_list_box_get_row_at_index (self->findings_list, 0);
  gtk_list_box_select_row (self->findings_list, row);
  gtk_window_present (GTK_WINDOW (self));
}
