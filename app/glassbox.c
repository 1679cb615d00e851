/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program with a window. */
#include <locale.h>

#include "shell/application.h"

int
main (int argc, char **argv)
{
  g_autoptr (GboxApplication) application = NULL;

  setlocale (LC_ALL, "");
  application = gbox_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
