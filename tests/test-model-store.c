/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store of loaded networks: shared, bounded, and asked by several threads. */
#include "base/error.h"
#include "made-up-weights.h"
#include "models/model-store.h"

#define N_THREADS 4

/* Three files of different networks. */
typedef struct
{
  GboxModelStore *store;
  char *paths[3];
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->store = gbox_model_store_new (&error);
  g_assert_no_error (error);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (MadeUpFile) file = made_up_file_new ();

      made_up_file_add_network (file, (MadeUpVariant) i);
      fixture->paths[i] = made_up_file_save (file);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gbox_model_store_free (fixture->store);
  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpint (g_remove (fixture->paths[i]), ==, 0);
      g_free (fixture->paths[i]);
    }
}

static GboxNetwork *
get (const Fixture *fixture, int i)
{
  g_autoptr (GError) error = NULL;
  GboxNetwork *network = gbox_model_store_get_network (fixture->store, fixture->paths[i], &error);

  g_assert_no_error (error);

  return network;
}

/* While the test holds a network its address is not given to another. */
static void
test_keeps_two (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GboxNetwork) first = get (fixture, 0);
  g_autoptr (GboxNetwork) second = get (fixture, 1);
  g_autoptr (GboxNetwork) first_again = get (fixture, 0);
  g_autoptr (GboxNetwork) third = get (fixture, 2);
  g_autoptr (GboxNetwork) first_once_more = get (fixture, 0);
  g_autoptr (GboxNetwork) second_again = get (fixture, 1);

  g_assert_true (first_again == first);
  g_assert_true (
    first_once_more
    == first); /* the third pushed out the second, which was asked for before the first was again */
  g_assert_true (second_again != second);
  g_assert_true (third != first && third != second);
  g_assert_cmpstr (gbox_network_get_title (third), ==, "EfficientNet-Lite0");
}

static gpointer
get_first (gpointer fixture)
{
  return get (fixture, 0);
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[N_THREADS];
  GboxNetwork *networks[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("get", get_first, fixture);
  for (int i = 0; i < N_THREADS; i++)
    networks[i] = g_thread_join (threads[i]);
  for (int i = 0; i < N_THREADS; i++)
    {
      g_assert_true (networks[i] == networks[0]);
      gbox_network_unref (networks[i]);
    }
}

static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) missing = NULL;

  g_assert_null (gbox_model_store_get_network (fixture->store, "/no/such/model.pth", &missing));
  g_assert_error (missing, GBOX_ERROR, GBOX_ERROR_NOT_FOUND);

  /* Each who asks is told, not only the first. */
  g_assert_true (g_file_set_contents (fixture->paths[1], "not a model", -1, NULL));
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gbox_model_store_get_network (fixture->store, fixture->paths[1], &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/model-store/keeps-two", Fixture, NULL, set_up, test_keeps_two, tear_down);
  g_test_add ("/model-store/threads", Fixture, NULL, set_up, test_threads, tear_down);
  g_test_add ("/model-store/failures", Fixture, NULL, set_up, test_failures, tear_down);

  return g_test_run ();
}
