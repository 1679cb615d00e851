/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the subcommands of glassbox-cli share. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "models/model-store.h"

G_BEGIN_DECLS

/* Exit codes: part of the command line's contract. */
enum
{
  CLI_OK = 0,
  CLI_FAILED = 1, /* the work failed */
  CLI_USAGE = 2,  /* bad usage */
};

/**
 * CliFunc:
 * @argv: NULL-terminated, argv[0] the subcommand's full name ("glassbox-cli probe")
 *
 * Returns: an exit code
 */
typedef int (*CliFunc) (char **argv);

int cli_models (char **argv);
int cli_classify (char **argv);
int cli_probe (char **argv);
int cli_tokenize (char **argv);
int cli_score (char **argv);
int cli_inside (char **argv);
int cli_complete (char **argv);
int cli_check (char **argv);
int cli_finetune (char **argv);
int cli_what_changed (char **argv);
int cli_gridworld (char **argv);
int cli_visualize (char **argv);
int cli_atlas (char **argv);
int cli_attribute (char **argv);
int cli_circuit (char **argv);
int cli_index (char **argv);
int cli_examples (char **argv);
int cli_bench (char **argv);

/* Says @error on standard error, and how to get help. Returns %CLI_USAGE. */
int cli_usage_error (const char *command, const GError *error);
/* The one or the other, by what the error is: how to get help only helps against bad usage. */
int cli_failed_check (const char *command, const GError *error);
/* Says @error on standard error. Returns %CLI_USAGE for %GBOX_ERROR_INVALID_ARGUMENT, else %CLI_FAILED. */
int cli_failure (const GError *error);

/**
 * cli_parse:
 * @context: (transfer full): what the command understands
 * @argv: (inout): arguments; what is left are the words that are no flags, after argv[0]
 * @error: return location for an error
 *
 * Returns: whether all flags were understood
 */
gboolean cli_parse (GOptionContext *context, char ***argv, GError **error);

/* Prints a builder's root as one line of JSON on standard output and flushes. */
void cli_print_json (JsonBuilder *builder);

/* Members of an object that a builder is in. */
void cli_add_ids (JsonBuilder *builder, const GArray *ids); /* "ids" */
void cli_add_number (JsonBuilder *builder, const char *name, double value);
void cli_add_integer (JsonBuilder *builder, const char *name, gint64 value);
void cli_add_text (JsonBuilder *builder, const char *name, const char *value);

/* All of standard input, as it is; an error where it is too long to be a text. Transfer full, nullable. */
GByteArray *cli_read_input (GError **error);

/* The same of a file or a pipe. */
GByteArray *cli_read_file (const char *path, GError **error);

/* All of standard input, but nothing at all is an error of usage: there is no text to work with. */
GByteArray *cli_read_text (GError **error);

/**
 * cli_encode:
 * @tokenizer: a tokenizer
 * @text: a text
 * @flags: how to read it
 * @n_missing: (out): bytes that the model has no token for; told on standard error
 *
 * Returns: (transfer full) (element-type int): the tokens
 */
GArray *
cli_encode (GboxTokenizer *tokenizer, const GByteArray *text, GboxTokenizeFlags flags, gsize *n_missing);

/* The same of a text to be looked at: an error of usage where no token is left. */
GArray *cli_encode_text (GboxTokenizer *tokenizer, const GByteArray *text, gsize *n_missing, GError **error);

/* "missing", where there are any: the contract has no such member. */
void cli_add_missing (JsonBuilder *builder, gsize n_missing);

typedef struct
{
  char letter;
  const char *flag;
} CliShortFlag;

/* The flags of a spec have no short forms of their own; those of the other commands are understood beside
 * them. Free with g_strfreev(). */
char **cli_spell_out (char **argv, const CliShortFlag *flags, guint n_flags);

/* Splits "Y,X" into two non-negative numbers. */
gboolean cli_parse_position (const char *text, int *y, int *x, GError **error);

/**
 * cli_check_output:
 * @path: (nullable): a file to be written
 * @error: return location for an error
 *
 * A name that cannot be saved to is refused before the work, not after it.
 *
 * Returns: %FALSE with %GBOX_ERROR_IO where there is no such folder, or nothing may be written into it
 */
gboolean cli_check_output (const char *path, GError **error);

/* Whether two names, in any spelling, are of one file. */
gboolean cli_is_same_file (const char *a, const char *b);

/* Index of the layer called @name; an error that lists the layers if there is none. */
int cli_find_layer (GboxNetwork *network, const char *name, GError **error);

G_END_DECLS
