/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with a window. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * GboxApplication:
 *
 * Owns the engine and the settings. Options: `--version`, `--model`, `--quit-after-startup`. Actions:
 * `preferences`, `about`, `quit`, `open-file` (a catalogue name or a path).
 */
#define GBOX_TYPE_APPLICATION (gbox_application_get_type ())
G_DECLARE_FINAL_TYPE (GboxApplication, gbox_application, GBOX, APPLICATION, AdwApplication)

GboxApplication *gbox_application_new (void);

G_END_DECLS
