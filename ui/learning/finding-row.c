/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line about one finding: what it is, before and after. */
#include "learning/finding-row.h"

#include <math.h>

struct _GboxFindingRow
{
  GtkListBoxRow parent_instance;

  GtkLabel *name_label;
  GtkLabel *numbers_label;
  GtkLabel *odds_label;
  GtkLabel *z_label;

  GboxFinding finding;
  const char *section;
};

G_DEFINE_FINAL_TYPE (GboxFindingRow, gbox_finding_row, GTK_TYPE_LIST_BOX_ROW)

static void
gbox_finding_row_class_init (GboxFindingRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/finding-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxFindingRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFindingRow, numbers_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFindingRow, odds_label);
  gtk_widget_class_bind_template_child (widget_class, GboxFindingRow, z_label);
}

static void
gbox_finding_row_init (GboxFindingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gbox_finding_row_new (const GboxFinding *finding, const char *section, const char *name, const char *numbers)
{
  GboxFindingRow *self = g_object_new (GBOX_TYPE_FINDING_ROW, NULL);

  self->finding = *finding;
  self->section = section;
  gtk_label_set_label (self->name_label, name);
  gtk_label_set_label (self->numbers_label, numbers);
  return GTK_WIDGET (self);
}

static void
show_signed (GtkLabel *label, double value)
{
  g_autofree char *text = g_strdup_printf ("%s%.1f", value < 0 ? "−" : "+", fabs (value));

  gtk_label_set_label (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), TRUE);
}

void
gbox_finding_row_set_odds (GboxFindingRow *self, double log_odds, double z)
{
  show_signed (self->odds_label, log_odds);
  show_signed (self->z_label, z);
}

const GboxFinding *
gbox_finding_row_get_finding (GboxFindingRow *self)
{
  return &self->finding;
}

const char *
gbox_finding_row_get_section (GboxFindingRow *self)
{
  return self->section;
}

const char *
gbox_finding_row_get_name (GboxFindingRow *self)
{
  return gtk_label_get_label (self->name_label);
}
