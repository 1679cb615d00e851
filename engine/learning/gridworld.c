/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world of cells in which an agent looks for a goal. */
#include "learning/gridworld.h"

#include "base/error.h"

#include <string.h>

#define MOVE_REWARD  (-1.0)
#define CLIFF_REWARD (-100.0)

static const struct
{
  const char *name;
  const char *text;
} known[] = {
  { "cliff", "............/............/............/SCCCCCCCCCCG" },
  { "maze", "S..#...../.#.#.###./.#...#.../.####.#.#/......#.G" },
};

const char *
gbox_action_get_name (GboxAction action)
{
  static const char *const names[] = { "up", "right", "down", "left" };

  return names[action];
}

int
gbox_gridworld_get_n_states (const GboxGridworld *world)
{
  return world->n_rows * world->n_columns;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* Takes the rows as they are written. */
static gboolean
read_rows (char **rows, GboxGridworld *world, GError **error)
{
  const gsize n_rows = g_strv_length (rows), n_columns = n_rows > 0 ? strlen (rows[0]) : 0;
  guint n_starts = 0;

  if (n_rows < 1 || n_rows > GBOX_GRIDWORLD_MAX_SIDE || n_columns < 1 || n_columns > GBOX_GRIDWORLD_MAX_SIDE)
    return refuse (error, "A world has 1 to 40 rows and columns, or is called cliff or maze.");
  *world = (GboxGridworld){ .n_rows = (int) n_rows, .n_columns = (int) n_columns };
  for (gsize i = 0; i < n_rows; i++)
    {
      if (strlen (rows[i]) != n_columns)
        return refuse (error, "The rows of a world are of the same length, or it is called cliff or maze.");
      if (strspn (rows[i], ".#CGS") != n_columns)
        return refuse (error, "The cells of a world are . floor, # wall, C cliff, G goal and S start.");
      memcpy (world->cells + i * n_columns, rows[i], n_columns);
    }
  for (int i = 0; i < gbox_gridworld_get_n_states (world); i++)
    if (world->cells[i] == GBOX_CELL_START)
      {
        world->start = i;
        n_starts++;
      }
  return n_starts == 1 || refuse (error, "A world has one start, written S.");
}

/* Breadth first. */
int
gbox_gridworld_get_shortest (const GboxGridworld *world)
{
  int moves[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE] = { 0 }; /* 1 more than to get there, or 0 */
  int queue[GBOX_GRIDWORLD_MAX_SIDE * GBOX_GRIDWORLD_MAX_SIDE] = { world->start };
  int n = 1;

  moves[world->start] = 1;
  for (int i = 0; i < n; i++)
    for (int action = 0; action < GBOX_N_ACTIONS; action++)
      {
        double reward;
        gboolean is_end;
        const int next = gbox_gridworld_move (world, queue[i], (GboxAction) action, &reward, &is_end);

        if (is_end)
          return moves[queue[i]];
        if (moves[next] != 0)
          continue;
        moves[next] = moves[queue[i]] + 1;
        queue[n++] = next;
      }
  return -1;
}

gboolean
gbox_gridworld_parse (const char *text, GboxGridworld *world, GError **error)
{
  g_auto (GStrv) rows = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (text, known[i].name))
      text = known[i].text;
  rows = g_strsplit (text, "/", GBOX_GRIDWORLD_MAX_SIDE + 1);
  if (!read_rows (rows, world, error))
    return FALSE;
  return gbox_gridworld_get_shortest (world) > 0
         || refuse (error, "No goal, written G, can be reached from the start: open a way.");
}

char *
gbox_gridworld_to_text (const GboxGridworld *world)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < world->n_rows; i++)
    {
      if (i > 0)
        g_string_append_c (text, '/');
      g_string_append_len (text, (const char *) world->cells + (gsize) i * (gsize) world->n_columns,
                           world->n_columns);
    }
  return g_string_free (text, FALSE);
}

int
gbox_gridworld_move (
  const GboxGridworld *world, int state, GboxAction action, double *reward, gboolean *is_end)
{
  static const int down[] = { -1, 0, 1, 0 }, right[] = { 0, 1, 0, -1 };
  const int row = state / world->n_columns + down[action];
  const int column = state % world->n_columns + right[action];
  int next = row * world->n_columns + column;

  *reward = MOVE_REWARD;
  *is_end = FALSE;
  if (row < 0 || row >= world->n_rows || column < 0 || column >= world->n_columns
      || world->cells[next] == GBOX_CELL_WALL)
    return state;
  if (world->cells[next] == GBOX_CELL_CLIFF)
    {
      *reward = CLIFF_REWARD;
      next = world->start;
    }
  *is_end = world->cells[next] == GBOX_CELL_GOAL;
  return next;
}
