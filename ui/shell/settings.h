/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window remembers from one start to the next. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * GboxSettings:
 *
 * Properties, one for each key of the schema org.glassbox.Glassbox: `spec` (string, the last visualization as
 * JSON), `completion` (string, the last parameters of a completion as JSON), `gridworld` (string, the last
 * gridworld and how it was learnt as JSON), `finetune` (string, the last parameters of finetuning as JSON),
 * `window-width`, `window-height` (int), `window-maximized`, `left-pane`, `right-pane`, `completion-pane`,
 * `reinforcement-pane`, `reinforcement-texts`, `tints`, `run-samples` (boolean), `page` (string: the one
 * shown), `photo-folders` (string: where photographs are, one a line), `reinforcement-view` (string:
 * "language" or "gridworld"), `threads` (int, 0 for one a core), `color-scheme` (string: "system", "light" or
 * "dark").
 *
 * They are kept in `glassbox/settings.ini` of the user's configuration folder, so that they also last where
 * no settings daemon runs; with `GSETTINGS_BACKEND` set, wherever that says. Where the schema is not
 * installed they have their defaults and are forgotten at the end. Main thread only.
 */
#define GBOX_TYPE_SETTINGS (gbox_settings_get_type ())
G_DECLARE_FINAL_TYPE (GboxSettings, gbox_settings, GBOX, SETTINGS, GObject)

GboxSettings *gbox_settings_new (void);

/* Remembers @json from the next second on, so that a user who walks through units does not write a file for
 * each. */
void gbox_settings_set_spec (GboxSettings *self, const char *json);
const char *gbox_settings_get_spec (GboxSettings *self);
void gbox_settings_set_completion (GboxSettings *self, const char *json);
const char *gbox_settings_get_completion (GboxSettings *self);
void gbox_settings_set_gridworld (GboxSettings *self, const char *json);
const char *gbox_settings_get_gridworld (GboxSettings *self);
void gbox_settings_set_finetune (GboxSettings *self, const char *json);
const char *gbox_settings_get_finetune (GboxSettings *self);
/* Writes what is not written yet. */
void gbox_settings_flush (GboxSettings *self);

G_END_DECLS
