/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts what a test program allocates, by standing in for the C library's functions. For one source of a
 * program. */
#pragma once

#include <dlfcn.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 1

#define REPLACEMENT __attribute__ ((visibility ("default")))
#define COUNT()     count_allocation (__builtin_return_address (0))

static int n_allocations;

/* Not those of OpenBLAS: for small matrices some of its kernels take a buffer at every call. */
static void
count_allocation (void *caller)
{
  Dl_info info;

  if (dladdr (caller, &info) == 0 || info.dli_fname == NULL || strstr (info.dli_fname, "blas") == NULL)
    g_atomic_int_inc (&n_allocations);
}

/* In place of the C library's, to see whether anything allocates. */
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

REPLACEMENT void *
malloc (size_t size)
{
  COUNT ();
  return __libc_malloc (size);
}

REPLACEMENT void *
calloc (size_t n, size_t size)
{
  COUNT ();
  return __libc_calloc (n, size);
}

REPLACEMENT void *
realloc (void *memory, size_t size)
{
  COUNT ();
  return __libc_realloc (memory, size);
}

REPLACEMENT void *
aligned_alloc (size_t alignment, size_t size)
{
  COUNT ();
  return __libc_memalign (alignment, size);
}

REPLACEMENT int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  COUNT ();
  *memory = __libc_memalign (alignment, size);
  return 0;
}
#endif
