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

/* What spreadsheets begin a text in UTF-8 with. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct _FinetuneTable
{
  char *path;
  FinetuneTableKind kind;
  FILE *file;
  GString *line;
  gboolean is_ordinary;          /* and can be cut off */
  gboolean has_carriage_returns; /* lines end as spreadsheets end them */
  gboolean is_begun;             /* whether a line has been added */
  gboolean has_failed;           /* nothing more is written */
  gboolean has_before;           /* completions to compare with stay */
  off_t n_kept;                  /* bytes that stay */
  double seconds;                /* at the last point that stays */
  guint n_rows;                  /* that stay, the header among them */
  guint n_replaced;              /* that do not */
  guint step;                    /* that is gone on from */
  guint last_step;               /* of the rows that stay */
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

static const char *
get_content (const FinetuneTable *table)
{
  return table->kind == FINETUNE_TABLE_POINTS ? "curves" : "completions";
}

static const char *
get_flag (const FinetuneTable *table)
{
  return table->kind == FINETUNE_TABLE_POINTS ? "--csv" : "--samples-csv";
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

/* What a row is of. */
typedef enum
{
  ROW_BEFORE, /* completions to compare with */
  ROW_STEP,   /* a training step */
  ROW_AFTER,  /* completions after the last step */
  ROW_OTHER,  /* nothing that such a table has */
} Row;

/* A step that is followed by a comma. */
static Row
parse_step (const char *text, guint *step)
{
  char *end;
  const guint64 number = g_ascii_strtoull (text, &end, 10);

  *step = (guint) MIN (number, G_MAXUINT);
  return g_ascii_isdigit (*text) && *end == ',' ? ROW_STEP : ROW_OTHER;
}

static gboolean
skip_phase (const char **text, GboxFinetunePhase phase)
{
  const char *name = gbox_finetune_phase_get_name (phase);
  const gsize n = strlen (name);

  if (!g_str_has_prefix (*text, name) || (*text)[n] != ',')
    return FALSE;
  *text += n + 1;
  return TRUE;
}

/* @step: (out): of %ROW_STEP */
static Row
parse_row (const FinetuneTable *table, guint *step)
{
  const char *at = table->line->str;

  if (table->kind == FINETUNE_TABLE_POINTS)
    return parse_step (at, step);
  if (skip_phase (&at, GBOX_FINETUNE_BEFORE))
    return ROW_BEFORE;
  if (skip_phase (&at, GBOX_FINETUNE_AFTER))
    return ROW_AFTER;
  return skip_phase (&at, GBOX_FINETUNE_TRAINING) ? parse_step (at, step) : ROW_OTHER;
}

static void
keep_row (FinetuneTable *table, Row row, guint step)
{
  table->n_kept = ftello (table->file);
  table->n_rows++;
  table->has_before = table->has_before || row == ROW_BEFORE;
  if (row != ROW_STEP)
    return;
  table->last_step = step;
  if (table->kind == FINETUNE_TABLE_POINTS)
    table->seconds = g_ascii_strtod (strrchr (table->line->str, ',') + 1, NULL);
}

/* Of what is gone on with, rows up to @step stay, and those up to @n_steps are made again. No other one goes.
 */
static gboolean
sort_row (FinetuneTable *table, guint step, guint n_steps, GError **error)
{
  guint at = 0;
  const Row row = parse_row (table, &at);

  if (table->n_replaced == 0 && (row == ROW_BEFORE || (row == ROW_STEP && at <= step)))
    {
      keep_row (table, row, at);
      return TRUE;
    }
  table->n_replaced++;
  if (row == ROW_AFTER || (row == ROW_STEP && at > step && at <= n_steps))
    return TRUE;
  if (row == ROW_STEP && at > n_steps)
    g_set_error (
      error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
      "Row %u of “%s” would be removed: it is of step %u, while training goes on after step %u and ends with "
      "step %u. Give another file with %s, or with --steps as many as it has.",
      table->n_rows + table->n_replaced, table->path, at, step, n_steps, get_flag (table));
  else
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                 "Row %u of “%s” would be removed: it is none that comes there in a table of %s. Give "
                 "another file with %s, or take the row out.",
                 table->n_rows + table->n_replaced, table->path, get_content (table), get_flag (table));
  return FALSE;
}

/* Whether the table begins as one of its kind does; nothing at all is the beginning of any. */
static gboolean
read_header (FinetuneTable *table, gboolean *is_empty)
{
  g_autoptr (GString) header = g_string_new (NULL);
  g_autofree char *first = NULL;
  int end;
  gsize n;

  add_header (table->kind, header);
  first = g_malloc (header->len);
  n = fread (first, 1, strlen (BYTE_ORDER_MARK), table->file);
  *is_empty = n == 0;
  if (n < strlen (BYTE_ORDER_MARK) || memcmp (first, BYTE_ORDER_MARK, n) != 0)
    rewind (table->file);
  n = fread (first, 1, header->len - 1, table->file);
  end = getc (table->file);
  table->has_carriage_returns = end == '\r';
  if (table->has_carriage_returns)
    end = getc (table->file);
  return *is_empty || (n == header->len - 1 && memcmp (first, header->str, n) == 0 && end == '\n');
}

/* Finds out what of the table stays. A line that was torn off is none. */
static gboolean
find_kept (FinetuneTable *table, guint step, guint n_steps, GError **error)
{
  gboolean is_empty;

  if (!read_header (table, &is_empty))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                   "“%s” is no table of %s, so it is left as it is. Choose another file.", table->path,
                   get_content (table));
      return FALSE;
    }
  if (is_empty || step == 0)
    return TRUE;
  table->step = step;
  table->n_rows = 1;
  table->n_kept = ftello (table->file);
  while (read_line (table))
    if (!sort_row (table, step, n_steps, error))
      return FALSE;
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
finetune_table_open (const char *path, FinetuneTableKind kind, guint step, guint n_steps, GError **error)
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
  if (table->is_ordinary && !find_kept (table, step, n_steps, error))
    return NULL;
  return g_steal_pointer (&table);
}

/* "step 3" or "steps 3 to 5" */
static char *
describe_range (const char *what, guint first, guint last)
{
  return first == last ? g_strdup_printf ("%s %u", what, first)
                       : g_strdup_printf ("%ss %u to %u", what, first, last);
}

void
finetune_table_tell (const FinetuneTable *table)
{
  g_autofree char *steps = describe_range ("step", table->last_step + 1, table->step);
  g_autofree char *rows = describe_range ("row", table->n_rows + 1, table->n_rows + table->n_replaced);

  if (table->n_rows > 1 && table->last_step < table->step)
    g_printerr ("“%s” lacks %s: it is gone on with after step %u.\n", table->path, steps, table->step);
  if (table->n_replaced > 0)
    g_printerr ("What follows in “%s” takes the place of %s, later than step %u.\n", table->path, rows,
                table->step);
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
  if (table->has_carriage_returns && table->n_kept > 0)
    g_string_insert_c (table->line, (gssize) table->line->len - 1, '\r');
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
