/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preferences: appearance and threads. */
#pragma once

#include <adwaita.h>

#include "shell/settings.h"

G_BEGIN_DECLS

/**
 * GboxPreferencesWindow:
 *
 * Edits the settings; every change applies at once.
 */
#define GBOX_TYPE_PREFERENCES_WINDOW (gbox_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (
  GboxPreferencesWindow, gbox_preferences_window, GBOX, PREFERENCES_WINDOW, AdwPreferencesWindow)

/* @parent: (nullable): the window it belongs to */
GboxPreferencesWindow *gbox_preferences_window_new (GtkWindow *parent, GboxSettings *settings);

G_END_DECLS
