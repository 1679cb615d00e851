/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row that says whose waves MACO moves. */
#include "vision/spectrum-row.h"

#include "vision/photo-spectrum.h"

struct _GboxSpectrumRow
{
  AdwComboRow parent_instance;

  GtkStringList *titles;
  GboxVisualizationSpec *spec;
  char *other;           /* what the last entry stands for, or NULL where there is none */
  gboolean is_following; /* the spec leads, not the user */
};

G_DEFINE_FINAL_TYPE (GboxSpectrumRow, gbox_spectrum_row, ADW_TYPE_COMBO_ROW)

static const struct
{
  const char *name;
  const char *title;
} spectra[] = {
  { GBOX_SPECTRUM_TABLE, "Photographs" },
  { GBOX_SPECTRUM_PHOTOS, "My photos" },
  { GBOX_SPECTRUM_FORMULA, "1/f" },
};

/* The entry after those that have names. */
static void
show_other (GboxSpectrumRow *self, const char *spectrum)
{
  const gboolean is_settled = gbox_photo_spectrum_is_settled (spectrum);
  g_autofree char *name = is_settled ? g_strdup ("Measured before") : g_filename_display_basename (spectrum);
  const char *titles[] = { name, NULL };

  gtk_string_list_splice (self->titles, G_N_ELEMENTS (spectra), self->other ? 1 : 0, titles);
  g_free (self->other);
  self->other = g_strdup (spectrum);
}

static void
follow_spectrum (GboxSpectrumRow *self)
{
  const char *spectrum = gbox_visualization_spec_get_values (self->spec)->spectrum;
  guint i = 0;

  while (i < G_N_ELEMENTS (spectra) && !g_str_equal (spectrum, spectra[i].name))
    i++;
  self->is_following = TRUE;
  if (i == G_N_ELEMENTS (spectra) && g_strcmp0 (self->other, spectrum) != 0)
    show_other (self, spectrum);
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), i);
  self->is_following = FALSE;
}

static void
on_selected (GboxSpectrumRow *self)
{
  const guint i = adw_combo_row_get_selected (ADW_COMBO_ROW (self));

  if (!self->spec || self->is_following || i == GTK_INVALID_LIST_POSITION)
    return;
  g_object_set (self->spec, "spectrum", i < G_N_ELEMENTS (spectra) ? spectra[i].name : self->other, NULL);
}

static void
gbox_spectrum_row_dispose (GObject *object)
{
  GboxSpectrumRow *self = GBOX_SPECTRUM_ROW (object);

  g_clear_object (&self->spec);
  g_clear_object (&self->titles);
  g_clear_pointer (&self->other, g_free);
  G_OBJECT_CLASS (gbox_spectrum_row_parent_class)->dispose (object);
}

static void
gbox_spectrum_row_class_init (GboxSpectrumRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = gbox_spectrum_row_dispose;
}

static void
gbox_spectrum_row_init (GboxSpectrumRow *self)
{
  self->titles = gtk_string_list_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (spectra); i++)
    gtk_string_list_append (self->titles, spectra[i].title);
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (self->titles));
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected), NULL);
}

void
gbox_spectrum_row_bind (GboxSpectrumRow *self, GboxVisualizationSpec *spec)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), "spectrum");

  g_return_if_fail (GBOX_IS_SPECTRUM_ROW (self) && !self->spec);

  self->spec = g_object_ref (spec);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), g_param_spec_get_nick (pspec));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), g_param_spec_get_blurb (pspec));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  g_param_spec_get_nick (pspec), -1);
  g_signal_connect_object (spec, "notify::spectrum", G_CALLBACK (follow_spectrum), self, G_CONNECT_SWAPPED);
  follow_spectrum (self);
}
