/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which keys do what. */
#include "shell/accels.h"

static const struct
{
  const char *page; /* NULL for all */
  const char *action;
  const char *accels[3];
} accels[] = {
  { NULL, "app.quit", { "<Control>q" } },
  { NULL, "app.preferences", { "<Control>comma" } },
  { NULL, "window.close", { "<Control>w" } },
  { NULL, "win.page('vision')", { "<Alt>1" } },
  { NULL, "win.page('completion')", { "<Alt>2" } },
  { NULL, "win.page('reinforcement')", { "<Alt>3" } },
  { NULL, "win.open", { "<Control>o" } },
  { NULL, "win.save", { "<Control>s" } },
  { NULL, "win.toggle-left-pane", { "F9" } },
  { NULL, "win.toggle-right-pane", { "<Shift>F9" } },
  { NULL, "win.show-help-overlay", { "<Control>question", "<Control>slash" } },
  { "vision", "win.restart", { "<Control>r" } },
  { "vision", "win.search-units", { "<Control>f" } },
  { "vision", "win.compare", { "<Control>d" } },
  { "vision", "win.circuit", { "<Control>u" } },
  { "completion", "win.complete", { "<Control>Return", "<Control>KP_Enter" } },
  { "completion", "win.continue", { "<Control><Shift>Return" } },
  { "completion", "win.other-token(-1)", { "<Alt>Up" } },
  { "completion", "win.other-token(1)", { "<Alt>Down" } },
  { "reinforcement", "win.reinforcement-play-pause", { "<Control>Return", "<Control>KP_Enter" } },
  { "reinforcement", "win.reinforcement-reset", { "<Control>r" } },
};

void
gbox_accels_set (GtkApplication *application, const char *page)
{
  static const char *const none[] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (application, accels[i].action,
                                           accels[i].page == NULL || g_str_equal (accels[i].page, page)
                                             ? accels[i].accels
                                             : none);
}
