/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glassbox-cli: the engine without a window. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

typedef struct
{
  const char *name;
  CliFunc func;
  const char *summary;
} CliCommand;

static const CliCommand commands[] = {
  { "models", cli_models, "list the models, or fetch one" },
  { "classify", cli_classify, "say what photographs show" },
  { "probe", cli_probe, "show what a layer answers to an image, and a unit's gradient" },
  { "visualize", cli_visualize, "make the image that excites a unit or a class" },
  { "atlas", cli_atlas, "make a picture of every unit of a layer" },
  { "circuit", cli_circuit, "show what excites and what inhibits a unit, through the weights" },
  { "attribute", cli_attribute, "show what of a photograph speaks for a class" },
  { "index", cli_index, "look through folders of photographs with a network" },
  { "examples", cli_examples, "show which photographs excite a unit most" },
  { "bench", cli_bench, "time this machine, beside PyTorch and llama.cpp where they are installed" },
  { "tokenize", cli_tokenize, "say what numbers a language model reads for a text" },
  { "score", cli_score, "say how probable a text is to a language model, and what comes next" },
  { "inside", cli_inside, "show what each layer of a language model would say, and where its heads look" },
  { "complete", cli_complete, "let a language model complete a text" },
  { "check", cli_check, "run Python programs in a sandbox and say whether they work" },
  { "finetune", cli_finetune, "let a language model learn what is rewarded" },
  { "what-changed", cli_what_changed, "say what finetuning did beside what it was rewarded for" },
  { "gridworld", cli_gridworld, "let an agent learn its way through a world of cells" },
};

static void
print_help (void)
{
  g_print (
    "Usage: glassbox-cli COMMAND [OPTION…]\n\nLook inside neural networks while they work.\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-12s %s\n", commands[i].name, commands[i].summary);
  g_print ("\n“glassbox-cli COMMAND --help” explains a command; --version prints the version.\n");
}

static const CliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  return NULL;
}

/* UTF-8 as it is: what is printed is JSON or meant for terminals that show UTF-8 even where the locale says
 * “C”. */
static void
print_utf8 (const char *text)
{
  fputs (text, stdout);
}

static void
print_utf8_error (const char *text)
{
  fputs (text, stderr);
}

/* An empty name would be taken for none, and the default model for what was meant. */
static gboolean
has_empty_model (char **words)
{
  for (; *words != NULL; words++)
    if (g_str_equal (*words, "--model=")
        || ((g_str_equal (*words, "--model") || g_str_equal (*words, "-m")) && words[1] != NULL
            && *words[1] == '\0'))
      return TRUE;
  return FALSE;
}

/* What was printed may be results: a full disk must not pass for success. */
static int
end (int code)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return code;
  g_printerr ("%s: The output could not be written: %s.\n", g_get_prgname (), g_strerror (errno));
  return CLI_FAILED;
}

int
main (int argc, char **argv)
{
  g_autofree char *full_name = NULL;
  g_auto (GStrv) arguments = NULL;
  const CliCommand *command;

  setlocale (LC_ALL, "");
  /* Whoever reads through a pipe sees each line when it is there, and a killed program loses none. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  g_set_print_handler (print_utf8);
  g_set_printerr_handler (print_utf8_error);
  g_set_prgname ("glassbox-cli");
  if (argc < 2)
    {
      print_help ();
      return CLI_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help"))
    {
      print_help ();
      return end (CLI_OK);
    }
  if (g_str_equal (argv[1], "--version"))
    {
      g_print ("Glassbox " GBOX_VERSION "\n");
      return end (CLI_OK);
    }
  command = find_command (argv[1]);
  if (command == NULL)
    {
      g_printerr ("glassbox-cli: there is no command “%s”. “glassbox-cli --help” lists them.\n", argv[1]);
      return CLI_USAGE;
    }
  if (has_empty_model (argv + 2))
    {
      g_printerr ("glassbox-cli: --model needs a name from “glassbox-cli models”, or a file.\n");
      return CLI_USAGE;
    }
  full_name = g_strconcat ("glassbox-cli ", command->name, NULL);
  arguments = g_strdupv (argv + 1);
  g_free (arguments[0]);
  arguments[0] = g_strdup (full_name);
  g_set_prgname (full_name);
  return end (command->func (arguments));
}
