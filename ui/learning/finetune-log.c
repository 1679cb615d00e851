/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of finetuning to compare: the one that goes on, and those before it. */
#include "learning/finetune-log.h"

#define MAX_EARLIER   4
#define MAX_SMOOTHING 0.99

struct _GboxFinetuneLog
{
  GObject parent_instance;

  GboxFinetuneSession *session;
  GSignalGroup *run_signals;
  GboxFinetuneRecord *current; /* (nullable) */
  GListStore *earlier;
  guint n_runs;
  double smoothing;
};

enum
{
  PROP_0,
  PROP_SMOOTHING,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxFinetuneLog, gbox_finetune_log, G_TYPE_OBJECT)

static void
gbox_finetune_log_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SMOOTHING)
    g_value_set_double (value, GBOX_FINETUNE_LOG (object)->smoothing);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_finetune_log_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SMOOTHING)
    GBOX_FINETUNE_LOG (object)->smoothing = g_value_get_double (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_finetune_log_dispose (GObject *object)
{
  GboxFinetuneLog *self = GBOX_FINETUNE_LOG (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->session);
  g_clear_object (&self->current);
  g_clear_object (&self->earlier);
  G_OBJECT_CLASS (gbox_finetune_log_parent_class)->dispose (object);
}

static void
gbox_finetune_log_class_init (GboxFinetuneLogClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = gbox_finetune_log_get_property;
  object_class->set_property = gbox_finetune_log_set_property;
  object_class->dispose = gbox_finetune_log_dispose;
  properties[PROP_SMOOTHING] = g_param_spec_double ("smoothing", NULL, NULL, 0, MAX_SMOOTHING, 0,
                                                    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

/* Of the run at hand. */
static GboxFinetuneRecord *
require_current (GboxFinetuneLog *self)
{
  if (self->current == NULL)
    self->current
      = gbox_finetune_record_new (self->n_runs + 1, gbox_finetune_session_get_values (self->session));
  return self->current;
}

static void
on_point (GboxFinetuneLog *self, const GboxPoint *point)
{
  gbox_finetune_record_add_point (require_current (self), point);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_record (GboxFinetuneLog *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_FINETUNE_COMPLETION)
    gbox_finetune_record_add_completion (require_current (self), record);
}

static void
gbox_finetune_log_init (GboxFinetuneLog *self)
{
  self->earlier = g_list_store_new (GBOX_TYPE_FINETUNE_RECORD);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
}

static void
on_cleared (GboxFinetuneLog *self)
{
  g_autoptr (GboxFinetuneRecord) over = g_steal_pointer (&self->current);

  if (over != NULL && gbox_finetune_record_get_points (over)->len > 0)
    {
      self->n_runs++;
      if (g_list_model_get_n_items (G_LIST_MODEL (self->earlier)) == MAX_EARLIER)
        g_list_store_remove (self->earlier, 0);
      g_list_store_append (self->earlier, over);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

GboxFinetuneLog *
gbox_finetune_log_new (GboxFinetuneSession *session)
{
  GboxFinetuneLog *self = g_object_new (GBOX_TYPE_FINETUNE_LOG, NULL);

  self->session = g_object_ref (session);
  g_object_bind_property (session, "run", self->run_signals, "target", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (session, "point", G_CALLBACK (on_point), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "cleared", G_CALLBACK (on_cleared), self, G_CONNECT_SWAPPED);
  return self;
}

double
gbox_finetune_log_get_smoothing (GboxFinetuneLog *self)
{
  return self->smoothing;
}

GboxFinetuneRecord *
gbox_finetune_log_get_current (GboxFinetuneLog *self)
{
  return self->current;
}

GListModel *
gbox_finetune_log_get_earlier (GboxFinetuneLog *self)
{
  return G_LIST_MODEL (self->earlier);
}

void
gbox_finetune_log_remove (GboxFinetuneLog *self, guint number)
{
  GListModel *earlier = G_LIST_MODEL (self->earlier);

  for (guint i = 0; i < g_list_model_get_n_items (earlier); i++)
    {
      g_autoptr (GboxFinetuneRecord) record = g_list_model_get_item (earlier, i);

      if (gbox_finetune_record_get_number (record) == number)
        {
          g_list_store_remove (self->earlier, i);
          return;
        }
    }
}

GBytes *
gbox_finetune_log_export_points (GboxFinetuneLog *self)
{
  GListModel *earlier = G_LIST_MODEL (self->earlier);
  GString *csv = g_string_new ("run,");

  gbox_finetune_csv_add_points_header (csv);
  for (guint i = 0; i < g_list_model_get_n_items (earlier); i++)
    {
      g_autoptr (GboxFinetuneRecord) record = g_list_model_get_item (earlier, i);

      gbox_finetune_record_write_points (record, csv);
    }
  if (self->current != NULL)
    gbox_finetune_record_write_points (self->current, csv);
  return g_string_free_to_bytes (csv);
}

GBytes *
gbox_finetune_log_export_completions (GboxFinetuneLog *self)
{
  GListModel *earlier = G_LIST_MODEL (self->earlier);
  const guint n = g_list_model_get_n_items (earlier);
  g_autoptr (GboxFinetuneRecord) last
    = self->current == NULL && n > 0 ? g_list_model_get_item (earlier, n - 1) : NULL;
  GboxFinetuneRecord *newest = self->current != NULL ? self->current : last;
  GString *csv = g_string_new (NULL);

  gbox_finetune_csv_add_completions_header (csv);
  if (newest != NULL)
    gbox_finetune_record_write_completions (newest, csv);
  return g_string_free_to_bytes (csv);
}
