/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of a finetuning run that is written line by line, and gone on with where the run is. */
#include "finetune-table.h"

#include "base/error.h"
#include "learning/finetune-csv.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _FinetuneTable
{
  char *path;
  FinetuneTableKind kind;
  FILE *file;
  GString *line;
  gboolean is_ordinary; /* and can be cut off */
  gboolean is_begun;    /* whether a line has been added */
  gboolean has_failed;  /* nothing more is written */
  gboolean has_before;  /* completions to compare with stay */
  off_t n_kept;         /* bytes that stay */
  double seconds;       /* at the last point that stays */
};

static void
free_table (FinetuneTable *table)
{
  if (table == NULL)
    return;
  if (table->file != NULL)
    fclose (table->file);
  g_string_free (table->line, TRUE);
  g_free (table->path);
  g_free (table);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FinetuneTable, free_table)

static void
set_error (GError **error, const char *path)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "“%s” cannot be written. Choose another file.", path);
}

static void
add_header (FinetuneTableKind kind, GString *line)
{
  if (kind == FINETUNE_TABLE_POINTS)
    gbox_finetune_csv_add_points_header (line);
  else
    gbox_finetune_csv_add_completions_header (line);
}

/* A line, which may have others in quotes. Returns whether it has come to its end. */
static gboolean
read_line (FinetuneTable *table)
{
  gboolean is_quoted = FALSE;
  int character;

  g_string_truncate (table->line, 0);
  while ((character = getc (table->file)) != EOF)
    {
      g_string_append_c (table->line, (char) character);
      if (character == '"')
        is_quoted = !is_quoted;
      else if (character == '\n' && !is_quoted)
        return TRUE;
    }
  return FALSE;
}

/* Whether a number that is followed by a comma stands at @text and is none of a later step. */
static gboolean
is_until (const char *text, guint step)
{
  char *end;
  const guint64 number = g_ascii_strtoull (text, &end, 10);

  return g_ascii_isdigit (*text) && *end == ',' && number <= step;
}

static gboolean
keep_point (FinetuneTable *table, guint step)
{
  const char *seconds = strrchr (table->line->str, ',');

  if (seconds == NULL || !is_until (table->line->str, step))
    return FALSE;
  table->seconds = g_ascii_strtod (seconds + 1, NULL);
  return TRUE;
}

static gboolean
keep_completion (FinetuneTable *table, guint step)
{
  g_autofree char *before = g_strconcat (gbox_finetune_phase_get_name (GBOX_FINETUNE_BEFORE), ",", NULL);
  g_autofree char *training = g_strconcat (gbox_finetune_phase_get_name (GBOX_FINETUNE_TRAINING), ",", NULL);
  const gboolean is_before = g_str_has_prefix (table->line->str, before);

  table->has_before = table->has_before || is_before;
  return is_before
         || (g_str_has_prefix (table->line->str, training)
             && is_until (table->line->str + strlen (training), step));
}

/* Finds out what of the table stays: its lines up to a step. */
static gboolean
find_kept (FinetuneTable *table, guint step, GError **error)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_autofree char *first = NULL;
  gsize n;

  add_header (table->kind, header);
  first = g_malloc (header->len);
  n = fread (first, 1, header->len, table->file);
  if (n > 0 && (n < header->len || memcmp (first, header->str, n) != 0))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” is no table of %s, so it is left as it is. Choose another file.", table->path,
                   table->kind == FINETUNE_TABLE_POINTS ? "curves" : "completions");
      return FALSE;
    }
  if (n == 0 || step == 0)
    return TRUE;
  do
    table->n_kept = ftello (table->file);
  while (
    read_line (table)
    && (table->kind == FINETUNE_TABLE_POINTS ? keep_point (table, step) : keep_completion (table, step)));
  g_string_truncate (table->line, 0);
  return TRUE;
}

/* A pipe that nobody reads would keep us waiting for who does. */
static FILE *
open_stream (const char *path)
{
  const int fd = g_open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

  return fd >= 0 && fcntl (fd, F_SETFL, 0) == 0 ? fdopen (fd, "w") : NULL;
}

FinetuneTable *
finetune_table_open (const char *path, FinetuneTableKind kind, guint step, GError **error)
{
  g_autoptr (FinetuneTable) table = g_new0 (FinetuneTable, 1);
  GStatBuf status;
  int fd = -1;

  table->path = g_strdup (path);
  table->kind = kind;
  table->line = g_string_new (NULL);
  table->is_ordinary = g_stat (path, &status) != 0 || S_ISREG (status.st_mode);
  if (table->is_ordinary && (fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) >= 0)
    table->file = fdopen (fd, "r+");
  else if (!table->is_ordinary && !S_ISBLK (status.st_mode))
    table->file = open_stream (path);
  if (table->file == NULL)
    {
      if (fd >= 0)
        close (fd);
      set_error (error, path);
      return NULL;
    }
  if (table->is_ordinary && !find_kept (table, step, error))
    return NULL;
  return g_steal_pointer (&table);
}

/* What does not stay goes, and what is new gets its first line. */
static void
begin (FinetuneTable *table)
{
  if (table->is_begun)
    return;
  table->is_begun = TRUE;
  table->has_failed = table->is_ordinary
                      && (fseeko (table->file, table->n_kept, SEEK_SET) != 0
                          || ftruncate (fileno (table->file), table->n_kept) != 0);
  if (table->n_kept == 0)
    add_header (table->kind, table->line);
}

static void
write_line (FinetuneTable *table)
{
  if (!table->has_failed)
    table->has_failed = fputs (table->line->str, table->file) == EOF || fflush (table->file) != 0;
  g_string_truncate (table->line, 0);
}

void
finetune_table_add_point (FinetuneTable *table, const GboxPoint *point)
{
  GboxPoint later = *point;

  begin (table);
  later.seconds += table->seconds;
  gbox_finetune_csv_add_point (table->line, &later);
  write_line (table);
}

void
finetune_table_add_completion (FinetuneTable *table, const GboxFinetuneCompletion *completion)
{
  if (completion->phase == GBOX_FINETUNE_BEFORE && table->has_before)
    return;
  begin (table);
  gbox_finetune_csv_add_completion (table->line, completion);
  write_line (table);
}

gboolean
finetune_table_close (FinetuneTable *table, GError **error)
{
  g_autoptr (FinetuneTable) owned = table;
  const gboolean is_closed = fclose (g_steal_pointer (&table->file)) == 0;

  if (!table->has_failed && is_closed)
    return TRUE;
  set_error (error, table->path);
  return FALSE;
}
