/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's content in memory of our own, so that nothing that happens to the file later can matter. */
#include "formats/whole-file.h"

#include "formats/tensor-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* At a time; what is larger the system may refuse. */
#define READ_SIZE ((gsize) 1 << 24)

typedef struct
{
  guint8 *data;
  gsize size;
} Memory;

static void
memory_free (gpointer data)
{
  Memory *memory = data;

  munmap (memory->data, memory->size);
  g_free (memory);
}

/* Opens what can be read to its end: no folder, and no pipe, which would block for ever. */
static int
open_regular (const char *path, const char *display_name, struct stat *status, GError **error)
{
  const int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int saved = errno;

  if (fd < 0 && (saved == ENOENT || saved == ENOTDIR))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND, "There is no file “%s”. Check its name.",
                 display_name);
  else if (fd < 0 || fstat (fd, status) != 0)
    gbox_tensor_file_set_error (error, GBOX_ERROR_IO, display_name, "%s",
                                g_strerror (fd < 0 ? saved : errno));
  else if (S_ISDIR (status->st_mode))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED, "“%s” is a folder. Name a file in it.",
                 display_name);
  else if (!S_ISREG (status->st_mode))
    gbox_tensor_file_set_error (error, GBOX_ERROR_UNSUPPORTED, display_name, "it is not an ordinary file");
  else
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
read_fully (int fd, guint8 *to, gsize size, const char *display_name, GError **error)
{
  for (gsize at = 0; at < size;)
    {
      const gssize n = read (fd, to + at, MIN (size - at, READ_SIZE));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          gbox_tensor_file_set_error (error, GBOX_ERROR_IO, display_name, "%s",
                                      n < 0 ? g_strerror (errno) : "it became shorter while it was read");
          return FALSE;
        }
      at += (gsize) n;
    }
  return TRUE;
}

static GBytes *
read_memory (int fd, gsize size, const char *display_name, GError **error)
{
  guint8 *data = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Memory *memory;

  if (data == MAP_FAILED)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_MEMORY,
                   "There is not enough memory for “%s”. Close other programs.", display_name);
      return NULL;
    }
  if (!read_fully (fd, data, size, display_name, error))
    {
      munmap (data, size);
      return NULL;
    }
  memory = g_new (Memory, 1);
  *memory = (Memory){ .data = data, .size = size };
  return g_bytes_new_with_free_func (data, size, memory_free, memory);
}

GBytes *
gbox_whole_file_read (const char *path, const char *display_name, GError **error)
{
  struct stat status;
  const int fd = open_regular (path, display_name, &status, error);
  GBytes *bytes;

  if (fd < 0)
    return NULL;
  bytes = status.st_size == 0 ? g_bytes_new_static ("", 0)
                              : read_memory (fd, (gsize) status.st_size, display_name, error);
  close (fd);
  return bytes;
}

void
gbox_whole_file_release (gconstpointer data, gsize n_bytes)
{
  const gsize page = (gsize) sysconf (_SC_PAGESIZE);
  const gsize before = (page - (gsize) data % page) % page;

  if (n_bytes >= before + page)
    madvise ((guint8 *) data + before, (n_bytes - before) / page * page, MADV_DONTNEED);
}
