/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives the real window, for tests of it. */
#pragma once

#include "folder-testing.h"
#include "shell/window.h"

/* Small enough that a step takes a few milliseconds. */
#define WINDOW_SIZE "64"

typedef struct
{
  GtkApplication *application;
  GboxWindow *window;
  GboxVisionSession *session;
  void (*body) (gpointer fixture);
  guint step; /* a test's own: of the run, earlier or to come */
} WindowFixture;

typedef gboolean (*WindowPredicate) (gpointer data);

/* Lets the main loop run until something has come true; fails where it does not. */
#define window_wait_until(predicate, data) window_wait_for (predicate, data, #predicate, __LINE__)
void window_wait_for (WindowPredicate predicate, gpointer data, const char *what, int line);
/* Gives what should not come time to come; what should is waited for. */
void window_iterate (guint milliseconds);

void window_activate (WindowFixture *fixture, const char *action, GVariant *parameter);
/* Shows a page and stops what the Vision page has begun with, which would take all cores. */
void window_go_to (WindowFixture *fixture, const char *page);
void window_set_parameter (WindowFixture *fixture, const char *name, const char *value);
void window_click_a_unit (WindowFixture *fixture, int unit);

/* Depth first, in what the window itself shows. */
GtkWidget *window_find_widget (GtkWidget *from, GType type);
/* (nullable): a label that has @text in it. */
GtkWidget *window_find_label (GtkWidget *from, const char *text);
/* Many are written when the next frame is drawn. */
void window_wait_for_label (GtkWidget *from, const char *text);
GboxRun *window_get_run (WindowFixture *fixture);
const GboxVisualizationValues *window_get_values (WindowFixture *fixture);

/* Predicates; the first three are about a fixture's run, the fourth about a widget. */
gboolean window_has_frame (gpointer fixture);
gboolean window_is_paused (gpointer fixture);
gboolean window_is_finished (gpointer fixture);
gboolean window_is_drawn (gpointer widget);
gboolean window_has_dialog (gpointer unused);

/* The message dialog must say @text. */
void window_close_dialog (WindowFixture *fixture, const char *text);
/* Closes the window, which must leave nothing behind. */
void window_close (WindowFixture *fixture);

/* Runs the program with @body in it, or skips where there is no display. */
void window_test (void (*body) (gpointer fixture));
/* The same, or skips where no model is on disk. */
void window_test_with_model (void (*body) (gpointer fixture));

/* The main function of a test program: gives it settings and caches of its own. */
int window_main (int argc, char **argv, void (*add_tests) (void));
