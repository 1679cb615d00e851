/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: header bar and pages. */
#pragma once

#include <adwaita.h>

#include "completion/completion-page.h"
#include "learning/learning-page.h"
#include "runtime/engine.h"
#include "shell/settings.h"
#include "vision/vision-page.h"

G_BEGIN_DECLS

/**
 * GboxWindow:
 *
 * Its actions are the commands of its pages, `page` (string state: the one shown), `open-file` (a path or a
 * catalogue name: goes to the page that it is for), and #GboxPageActions. A page is added in window.ui, set
 * up and ended in window.c, and has its keys in accels.c. The window starts to work once it has been drawn,
 * and stops within a step when it is closed.
 */
#define GBOX_TYPE_WINDOW (gbox_window_get_type ())
G_DECLARE_FINAL_TYPE (GboxWindow, gbox_window, GBOX, WINDOW, AdwApplicationWindow)

GboxWindow *gbox_window_new (AdwApplication *application, GboxEngine *engine, GboxSettings *settings);

GboxVisionPage *gbox_window_get_vision_page (GboxWindow *self);
GboxCompletionPage *gbox_window_get_completion_page (GboxWindow *self);
GboxLearningPage *gbox_window_get_learning_page (GboxWindow *self);

G_END_DECLS
