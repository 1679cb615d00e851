/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading llama2.c's `.bin` files: seven numbers and float32 weights. */
#include "formats/llama2c.h"

#include "formats/tensor-file-private.h"

#include <string.h>

/* No model of this kind comes near; their products fit 64 bits. */
#define MAX_DIM     65536
#define MAX_HIDDEN  (1 << 20)
#define MAX_LAYERS  256
#define MAX_VOCAB   (1 << 22)
#define MAX_CONTEXT (1 << 20)

/* What the format does not say and its training code fixes. */
#define NORM_EPS  1e-5
#define ROPE_BASE 10000

/* The numbers a file begins with. */
typedef struct
{
  gint32 dim;
  gint32 hidden;
  gint32 n_layers;
  gint32 n_heads;
  gint32 n_kv_heads;
  gint32 n_vocab; /* negative in the file if the classifier is stored */
  gint32 n_context;
} Header;

/* A weight as the file has it: of all layers, one after the other, or of none. */
typedef struct
{
  const char *name; /* after "blk.N." where it is a layer's; NULL for what is not needed */
  gboolean layered;
  guint64 rows;
  guint64 columns; /* 0 for a vector */
} Weight;

#define N_WEIGHTS 14

static gboolean
in_range (gint32 value, gint32 max)
{
  return value >= 1 && value <= max;
}

/* Reads and checks the numbers; turns the vocabulary positive. */
static gboolean
read_header (const guint8 *data, gsize size, Header *header, gboolean *shared)
{
  if (size < sizeof *header)
    return FALSE;
  memcpy (header, data, sizeof *header);
  *shared = header->n_vocab > 0;
  if (!*shared && header->n_vocab > G_MININT32)
    header->n_vocab = -header->n_vocab;
  return in_range (header->dim, MAX_DIM) && in_range (header->hidden, MAX_HIDDEN)
         && in_range (header->n_layers, MAX_LAYERS) && in_range (header->n_heads, header->dim)
         && in_range (header->n_kv_heads, header->n_heads) && in_range (header->n_vocab, MAX_VOCAB)
         && in_range (header->n_context, MAX_CONTEXT) && header->dim % header->n_heads == 0
         && header->dim / header->n_heads % 2 == 0 && header->n_heads % header->n_kv_heads == 0;
}

/* The weights in the file's order. */
static void
list_weights (const Header *header, gboolean shared, Weight *weights)
{
  const guint64 dim = (guint64) header->dim, hidden = (guint64) header->hidden;
  const guint64 head_size = dim / (guint64) header->n_heads;
  const guint64 kv_dim = head_size * (guint64) header->n_kv_heads, n_vocab = (guint64) header->n_vocab;
  const Weight list[N_WEIGHTS] = {
    { "token_embd.weight", FALSE, n_vocab, dim },
    { "attn_norm.weight", TRUE, dim, 0 },
    { "attn_q.weight", TRUE, dim, dim },
    { "attn_k.weight", TRUE, kv_dim, dim },
    { "attn_v.weight", TRUE, kv_dim, dim },
    { "attn_output.weight", TRUE, dim, dim },
    { "ffn_norm.weight", TRUE, dim, 0 },
    { "ffn_gate.weight", TRUE, hidden, dim },
    { "ffn_down.weight", TRUE, dim, hidden },
    { "ffn_up.weight", TRUE, hidden, dim },
    { "output_norm.weight", FALSE, dim, 0 },
    /* Tables of cosines and sines, which are computed anew. */
    { NULL, FALSE, (guint64) header->n_context, head_size / 2 },
    { NULL, FALSE, (guint64) header->n_context, head_size / 2 },
    { "output.weight", FALSE, shared ? 0 : n_vocab, dim },
  };

  memcpy (weights, list, sizeof list);
}

static guint64
count_floats (const Weight *weight)
{
  return weight->rows * (weight->columns > 0 ? weight->columns : 1);
}

static guint64
count_bytes (const Header *header, const Weight *weights)
{
  guint64 n = 0;

  for (guint i = 0; i < N_WEIGHTS; i++)
    n += count_floats (&weights[i]) * (weights[i].layered ? (guint64) header->n_layers : 1);
  return sizeof *header + n * sizeof (float);
}

gboolean
gbox_llama2c_recognise (const guint8 *data, gsize size)
{
  Weight weights[N_WEIGHTS];
  Header header;
  gboolean shared;

  if (!read_header (data, size, &header, &shared))
    return FALSE;
  list_weights (&header, shared, weights);
  return count_bytes (&header, weights) == size;
}

static void
add_keys (GboxTensorFile *file, const Header *header)
{
  const struct
  {
    const char *key;
    gint32 value;
  } integers[] = {
    { "llama.block_count", header->n_layers },
    { "llama.context_length", header->n_context },
    { "llama.embedding_length", header->dim },
    { "llama.feed_forward_length", header->hidden },
    { "llama.attention.head_count", header->n_heads },
    { "llama.attention.head_count_kv", header->n_kv_heads },
    { "llama.vocab_size", header->n_vocab },
  };
  GboxMetadata *metadata = gbox_tensor_file_get_own_metadata (file);

  gbox_metadata_add_string (metadata, "general.architecture", "llama");
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    gbox_metadata_add_integer (metadata, integers[i].key, integers[i].value);
  gbox_metadata_add_real (metadata, "llama.attention.layer_norm_rms_epsilon", NORM_EPS);
  gbox_metadata_add_real (metadata, "llama.rope.freq_base", ROPE_BASE);
}

static gboolean
add_weight (GboxTensorFile *file, const Weight *weight, int layer, const guint8 *data, GError **error)
{
  g_autofree char *name
    = layer >= 0 ? g_strdup_printf ("blk.%d.%s", layer, weight->name) : g_strdup (weight->name);
  const GboxNamedTensor tensor = {
    .name = name,
    .dtype = GBOX_DTYPE_F32,
    .n_dims = weight->columns > 0 ? 2 : 1,
    .dims = { weight->rows, weight->columns },
    .data = data,
    .n_bytes = (gsize) count_floats (weight) * sizeof (float),
  };

  return gbox_tensor_file_add (file, &tensor, error);
}

GboxTensorFile *
gbox_llama2c_read (GBytes *bytes, const char *display_name, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_new ("llama2.c", display_name);
  Weight weights[N_WEIGHTS];
  Header header;
  gboolean shared;
  gsize size;
  const guint8 *at = g_bytes_get_data (bytes, &size);

  if (!gbox_llama2c_recognise (at, size) || !read_header (at, size, &header, &shared))
    {
      gbox_tensor_file_set_error (error, GBOX_ERROR_INVALID_FILE, display_name,
                                  "it has not the size that the numbers at its beginning ask for");
      return NULL;
    }
  list_weights (&header, shared, weights);
  at += sizeof header;
  for (guint i = 0; i < N_WEIGHTS; i++)
    for (int layer = 0; layer < (weights[i].layered ? header.n_layers : 1); layer++)
      {
        if (weights[i].name != NULL && weights[i].rows > 0
            && !add_weight (file, &weights[i], weights[i].layered ? layer : -1, at, error))
          return NULL;
        at += count_floats (&weights[i]) * sizeof (float);
      }
  add_keys (file, &header);
  if (!gbox_tensor_file_seal (file, error))
    return NULL;
  gbox_tensor_file_keep (file, g_bytes_ref (bytes));
  return g_steal_pointer (&file);
}
