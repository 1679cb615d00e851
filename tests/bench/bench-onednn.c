/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times each convolution of InceptionV1 up to 4a at 224 pixels, forward and backward, beside oneDNN's direct
 * one, in turns. Usage: bench-onednn [TURNS [THREADS]] */
#include <dnnl.h>
#include <locale.h>
#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/lap-clock.h"
#include "base/philox.h"
#include "bench-spread.h"
#include "kernels/isa.h"
#include "made-up-weights.h"
#include "models/plan-profile.h"

#define DEFAULT_TURNS   15
#define DEFAULT_THREADS 2
#define ALIGNMENT       64
#define NANOSECONDS     1e-9
#define MILLI           1e3
#define GIGA            1e-9

/* A turn repeats a convolution for about this long, after a third of it before the clock starts: after a
 * rest the cores and their caches need some milliseconds to come back to speed. */
#define TURN_SECONDS 6e-3
#define RUNS_MAX     96

/* At rest means less than this share of a core in such a while. */
#define REST_SHARE        0.02
#define REST_MICROSECONDS 12000
#define REST_TRIES        100

/* Of the largest value: Winograd's transforms lose a digit. */
#define TOLERANCE 1e-3

#define N_DIMS     4
#define NAME_WIDTH 20

/* oneDNN's side of one convolution in one direction. */
typedef struct
{
  dnnl_primitive_t primitive;
  dnnl_memory_t memories[4];
  dnnl_exec_arg_t arguments[4];
  int n_arguments;
} Peer;

typedef struct
{
  GboxTeam *team;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  guint n_turns;
} Bench;

/* A convolution on both sides; the peer's memory is a copy in its own order of channels. */
typedef struct
{
  GboxConvShape shape;
  GboxConv *conv;
  GboxTensor x, y; /* backward: the input's gradient and the output's */
  float *weights;  /* (O, I, KH, KW) */
  float *bias;     /* (O) */
  gpointer scratch;
  gboolean is_backward;
  Peer peer;
} Convolution;

static void
check (dnnl_status_t status)
{
  if (status != dnnl_success)
    g_error ("oneDNN failed with status %d", (int) status);
}

static float *
draw (gsize n, guint32 stream, float sd)
{
  float *values = g_aligned_alloc (n, sizeof (float), ALIGNMENT);
  GboxPhilox random;

  gbox_philox_init (&random, 1, stream, 0);
  gbox_philox_fill_normal (&random, values, n, 0, sd);
  return values;
}

static dnnl_memory_desc_t
describe (const dnnl_dims_t dims, int n_dims, dnnl_format_tag_t tag)
{
  dnnl_memory_desc_t desc;

  check (dnnl_memory_desc_init_by_tag (&desc, n_dims, dims, dnnl_f32, tag));
  return desc;
}

static dnnl_memory_desc_t
describe_tensor (const GboxTensor *t, dnnl_format_tag_t tag)
{
  const dnnl_dims_t dims = { t->batch, t->channels, t->height, t->width };

  return describe (dims, N_DIMS, tag);
}

static dnnl_memory_desc_t
describe_weights (const GboxConvShape *s, dnnl_format_tag_t tag)
{
  const dnnl_dims_t dims = { s->out_channels, s->in_channels, s->kernel_height, s->kernel_width };

  return describe (dims, N_DIMS, tag);
}

/* What is missing at the end so that the last window lies inside. */
static int64_t
get_end_padding (int n_in, int n_out, int kernel, int stride, int begin)
{
  return (int64_t) (n_out - 1) * stride + kernel - n_in - begin;
}

typedef struct
{
  dnnl_dims_t strides, begin, end;
} Window;

static Window
get_window (const Convolution *c)
{
  const GboxConvShape *s = &c->shape;

  return (Window){
    .strides = { s->stride, s->stride },
    .begin = { s->pad_top, s->pad_left },
    .end = { get_end_padding (c->x.height, c->y.height, s->kernel_height, s->stride, s->pad_top),
             get_end_padding (c->x.width, c->y.width, s->kernel_width, s->stride, s->pad_left) },
  };
}

/* Direct, with whatever order of channels it likes best, bias and rectifier fused. */
static dnnl_primitive_desc_t
make_forward (const Bench *bench, const Convolution *c)
{
  const GboxConvShape *s = &c->shape;
  const Window window = get_window (c);
  const dnnl_dims_t n_out = { s->out_channels };
  const dnnl_memory_desc_t x = describe_tensor (&c->x, dnnl_format_tag_any),
                           y = describe_tensor (&c->y, dnnl_format_tag_any),
                           w = describe_weights (s, dnnl_format_tag_any), b = describe (n_out, 1, dnnl_a);
  dnnl_convolution_desc_t desc;
  dnnl_primitive_attr_t attributes;
  dnnl_post_ops_t post;
  dnnl_primitive_desc_t made;

  check (dnnl_post_ops_create (&post));
  check (dnnl_post_ops_append_eltwise (post, 1, dnnl_eltwise_relu, 0, 0));
  check (dnnl_primitive_attr_create (&attributes));
  check (dnnl_primitive_attr_set_post_ops (attributes, post));
  check (dnnl_convolution_forward_desc_init (&desc, dnnl_forward_inference, dnnl_convolution_direct, &x, &w,
                                             &b, &y, window.strides, window.begin, window.end));
  check (dnnl_primitive_desc_create (&made, &desc, attributes, bench->engine, NULL));
  dnnl_primitive_attr_destroy (attributes);
  dnnl_post_ops_destroy (post);
  return made;
}

static dnnl_primitive_desc_t
make_backward (const Bench *bench, const Convolution *c, dnnl_primitive_desc_t forward)
{
  const GboxConvShape *s = &c->shape;
  const Window window = get_window (c);
  const dnnl_memory_desc_t x = describe_tensor (&c->x, dnnl_format_tag_any),
                           y = describe_tensor (&c->y, dnnl_format_tag_any),
                           w = describe_weights (s, dnnl_format_tag_any);
  dnnl_convolution_desc_t desc;
  dnnl_primitive_desc_t made;

  check (dnnl_convolution_backward_data_desc_init (&desc, dnnl_convolution_direct, &x, &w, &y, window.strides,
                                                   window.begin, window.end));
  check (dnnl_primitive_desc_create (&made, &desc, NULL, bench->engine, forward));
  return made;
}

static void
reorder (const Bench *bench, dnnl_memory_t from, dnnl_memory_t to)
{
  const dnnl_memory_desc_t *from_desc, *to_desc;
  const dnnl_exec_arg_t arguments[] = { { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } };
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t primitive;

  check (dnnl_memory_get_memory_desc (from, &from_desc));
  check (dnnl_memory_get_memory_desc (to, &to_desc));
  check (dnnl_reorder_primitive_desc_create (&desc, from_desc, bench->engine, to_desc, bench->engine, NULL));
  check (dnnl_primitive_create (&primitive, desc));
  check (dnnl_primitive_execute (primitive, bench->stream, G_N_ELEMENTS (arguments), arguments));
  check (dnnl_stream_wait (bench->stream));
  dnnl_primitive_destroy (primitive);
  dnnl_primitive_desc_destroy (desc);
}

/* Memory of the peer's own for argument @kind, filled from @data, which is ordered as @plain says. */
static void
add_argument (const Bench *bench,
              Peer *peer,
              const dnnl_memory_desc_t *wanted,
              dnnl_memory_desc_t plain,
              float *data,
              int kind)
{
  dnnl_memory_t source, memory;

  check (dnnl_memory_create (&source, &plain, bench->engine, data));
  check (dnnl_memory_create (&memory, wanted, bench->engine, DNNL_MEMORY_ALLOCATE));
  reorder (bench, source, memory);
  dnnl_memory_destroy (source);
  peer->memories[peer->n_arguments] = memory;
  peer->arguments[peer->n_arguments++] = (dnnl_exec_arg_t){ kind, memory };
}

/* The memory that is written comes first. */
static void
init_peer (const Bench *bench, Convolution *c)
{
  const dnnl_dims_t n_out = { c->shape.out_channels };
  const dnnl_memory_desc_t x = describe_tensor (&c->x, dnnl_nhwc), y = describe_tensor (&c->y, dnnl_nhwc);
  const dnnl_memory_desc_t w = describe_weights (&c->shape, dnnl_oihw), b = describe (n_out, 1, dnnl_a);
  const dnnl_primitive_desc_t forward = make_forward (bench, c);
  const dnnl_primitive_desc_t backward = make_backward (bench, c, forward);
  const dnnl_primitive_desc_t made = c->is_backward ? backward : forward;
  Peer *peer = &c->peer;

#define WANTED(what_) dnnl_primitive_desc_query_md (made, dnnl_query_##what_##_md, 0)
  if (c->is_backward)
    {
      add_argument (bench, peer, WANTED (diff_src), x, c->x.data, DNNL_ARG_DIFF_SRC);
      add_argument (bench, peer, WANTED (diff_dst), y, c->y.data, DNNL_ARG_DIFF_DST);
      add_argument (bench, peer, WANTED (weights), w, c->weights, DNNL_ARG_WEIGHTS);
    }
  else
    {
      add_argument (bench, peer, WANTED (dst), y, c->y.data, DNNL_ARG_DST);
      add_argument (bench, peer, WANTED (src), x, c->x.data, DNNL_ARG_SRC);
      add_argument (bench, peer, WANTED (weights), w, c->weights, DNNL_ARG_WEIGHTS);
      add_argument (bench, peer, &b, b, c->bias, DNNL_ARG_BIAS);
    }
#undef WANTED
  check (dnnl_primitive_create (&peer->primitive, made));
  dnnl_primitive_desc_destroy (backward);
  dnnl_primitive_desc_destroy (forward);
}

static gsize
count_elements (const GboxTensor *t)
{
  return gbox_tensor_n_pixels (t) * (gsize) t->channels;
}

static void
convolution_init (const Bench *bench,
                  Convolution *c,
                  const GboxPlanOperation *operation,
                  gboolean is_backward)
{
  const GboxConvShape *s = &operation->conv;
  const gsize n_inputs = (gsize) s->in_channels * (gsize) s->kernel_height * (gsize) s->kernel_width;
  GboxConvPacking packing;
  gsize n_scratch;

  *c = (Convolution){ .shape = *s, .x = operation->x, .y = operation->y, .is_backward = is_backward };
  c->x.data = draw (count_elements (&c->x), 1, 1);
  c->y.data = draw (count_elements (&c->y), 2, 1);
  c->weights = draw (n_inputs * (gsize) s->out_channels, 3, sqrtf (2 / (float) n_inputs));
  c->bias = draw ((gsize) s->out_channels, 4, 1);
  packing = c->is_backward ? gbox_conv_choose (s, GBOX_CONV_BACKWARD, &c->y, &c->x)
                           : gbox_conv_choose (s, GBOX_CONV_FORWARD, &c->x, &c->y);
  c->conv = gbox_conv_new (s, &packing, GBOX_ACTIVATION_RELU, c->weights, c->bias);
  n_scratch = gbox_conv_scratch_size (c->conv, s, c->is_backward ? &c->y : &c->x,
                                      c->is_backward ? &c->x : &c->y, gbox_team_get_n_threads (bench->team));
  c->scratch = g_aligned_alloc (n_scratch + 1, 1, ALIGNMENT);
  init_peer (bench, c);
}

static void
convolution_clear (Convolution *c)
{
  for (int i = 0; i < c->peer.n_arguments; i++)
    dnnl_memory_destroy (c->peer.memories[i]);
  dnnl_primitive_destroy (c->peer.primitive);
  gbox_conv_free (c->conv);
  g_aligned_free (c->scratch);
  g_aligned_free (c->x.data);
  g_aligned_free (c->y.data);
  g_aligned_free (c->weights);
  g_aligned_free (c->bias);
}

static void
run_ours (const Bench *bench, Convolution *c)
{
  if (c->is_backward)
    gbox_conv_backward (c->conv, &c->shape, bench->team, &c->y, &c->x, FALSE, NULL, GBOX_ACTIVATION_NONE,
                        c->scratch);
  else
    gbox_conv_forward (c->conv, &c->shape, bench->team, &c->x, &c->y, c->scratch);
}

static void
run_theirs (const Bench *bench, Convolution *c)
{
  check (dnnl_primitive_execute (c->peer.primitive, bench->stream, c->peer.n_arguments, c->peer.arguments));
  check (dnnl_stream_wait (bench->stream));
}

/* Ends the program if the two do not compute the same: their times would say nothing. */
static void
compare (const Bench *bench, Convolution *c, const char *name)
{
  const GboxTensor *ours = c->is_backward ? &c->x : &c->y;
  const gsize n = count_elements (ours);
  const dnnl_memory_desc_t plain = describe_tensor (ours, dnnl_nhwc);
  float *theirs = g_aligned_alloc (n, sizeof (float), ALIGNMENT);
  float largest = 0, error = 0;
  dnnl_memory_t memory;

  run_ours (bench, c);
  run_theirs (bench, c);
  check (dnnl_memory_create (&memory, &plain, bench->engine, theirs));
  reorder (bench, c->peer.memories[0], memory);
  for (gsize i = 0; i < n; i++)
    {
      largest = fmaxf (largest, fabsf (theirs[i]));
      error = fmaxf (error, fabsf (theirs[i] - ours->data[i]));
    }
  if (!(error <= TOLERANCE * largest))
    g_error ("%s: oneDNN and Glassbox differ by %g of %g", name, (double) error, (double) largest);
  dnnl_memory_destroy (memory);
  g_aligned_free (theirs);
}

static double
get_cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * NANOSECONDS;
}

/* Until the other side's threads no longer look out for work. */
static void
settle (void)
{
  for (guint i = 0; i < REST_TRIES; i++)
    {
      const double before = get_cpu_seconds ();

      g_usleep (REST_MICROSECONDS);
      if (get_cpu_seconds () - before < REST_SHARE * REST_MICROSECONDS * 1e-6)
        return;
    }
  g_error ("threads do not come to rest");
}

typedef void (*Run) (const Bench *bench, Convolution *c);

/* Seconds of one of @n runs after some that warm the cores up. */
static double
take_turn (const Bench *bench, Convolution *c, Run run, guint n)
{
  gint64 begin;

  settle ();
  for (guint i = 0; i < 1 + n / 3; i++)
    run (bench, c);
  begin = gbox_lap_clock_now ();
  for (guint i = 0; i < n; i++)
    run (bench, c);
  return (double) (gbox_lap_clock_now () - begin) * NANOSECONDS / n;
}

/* Of several convolutions. */
typedef struct
{
  double *ours;   /* (n_turns): seconds of each turn */
  double *theirs; /* (n_turns) */
  double our_least, their_least;
} Sums;

static Sums
sums_new (const Bench *bench)
{
  return (Sums){ .ours = g_new0 (double, bench->n_turns), .theirs = g_new0 (double, bench->n_turns) };
}

static void
sums_clear (Sums *sums)
{
  g_free (sums->ours);
  g_free (sums->theirs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sums, sums_clear)

static void
add_to_sums (const Bench *bench, Sums *sums, const double *ours, const double *theirs)
{
  for (guint i = 0; i < bench->n_turns; i++)
    {
      sums->ours[i] += ours[i];
      sums->theirs[i] += theirs[i];
    }
  sums->our_least += bench_spread (ours, bench->n_turns).least;
  sums->their_least += bench_spread (theirs, bench->n_turns).least;
}

static void
bench_direction (
  const Bench *bench, const GboxPlanOperation *operation, gboolean is_backward, Sums *sums, Sums *all)
{
  const double flops = is_backward ? operation->backward_flops : operation->forward_flops;
  g_autofree double *ours = g_new (double, bench->n_turns), *theirs = g_new (double, bench->n_turns);
  BenchSpread our_spread, their_spread, ratio;
  Convolution c;
  double seconds;
  guint n;

  convolution_init (bench, &c, operation, is_backward);
  compare (bench, &c, operation->name);
  seconds = take_turn (bench, &c, run_theirs, 1);
  n = (guint) CLAMP (TURN_SECONDS / seconds, 1, RUNS_MAX);
  for (guint i = 0; i < bench->n_turns; i++)
    {
      ours[i] = take_turn (bench, &c, run_ours, n);
      theirs[i] = take_turn (bench, &c, run_theirs, n);
    }
  convolution_clear (&c);
  add_to_sums (bench, sums, ours, theirs);
  add_to_sums (bench, all, ours, theirs);
  our_spread = bench_spread (ours, bench->n_turns);
  their_spread = bench_spread (theirs, bench->n_turns);
  ratio = bench_spread_of_ratios (theirs, ours, bench->n_turns);
  g_print (" %7.3f %6.1f %7.3f %6.1f  %4.2f (%4.2f – %4.2f)", our_spread.median * MILLI,
           flops / our_spread.median * GIGA, their_spread.median * MILLI, flops / their_spread.median * GIGA,
           ratio.median, ratio.lower, ratio.upper);
}

/* Puts the calling thread onto the core of this number among those that it may use. */
static void
pin (const cpu_set_t *usable, guint number)
{
  guint left = number % (guint) MAX (CPU_COUNT (usable), 1);
  int core = 0;
  cpu_set_t own;

  while (core < CPU_SETSIZE - 1 && (!CPU_ISSET (core, usable) || left-- > 0))
    core++;
  CPU_ZERO (&own);
  CPU_SET (core, &own);
  sched_setaffinity (0, sizeof own, &own);
}

typedef struct
{
  cpu_set_t usable;
  guint n_threads;
  atomic_uint n_here;
} Pinning;

/* Each thread takes one task, as none ends before all have begun. */
static void
pin_worker (gpointer data, guint task, guint worker)
{
  Pinning *pinning = data;

  pin (&pinning->usable, worker);
  atomic_fetch_add (&pinning->n_here, 1);
  while (atomic_load (&pinning->n_here) < pinning->n_threads)
    sched_yield ();
}

/* A core for each thread, on both sides alike: two on one core would wait for each other for a time slice,
 * and turns are too short for the system to part them. */
static void
pin_all (GboxTeam *team)
{
  Pinning pinning = { .n_threads = gbox_team_get_n_threads (team) };

  CPU_ZERO (&pinning.usable);
  sched_getaffinity (0, sizeof pinning.usable, &pinning.usable);
  omp_set_num_threads ((int) pinning.n_threads);
#pragma omp parallel
  pin (&pinning.usable, (guint) omp_get_thread_num ());
  gbox_team_run (team, pinning.n_threads, pin_worker, &pinning);
}

static void
print_sums (const Bench *bench, const char *name, const Sums *sums)
{
  const BenchSpread ratio = bench_spread_of_ratios (sums->theirs, sums->ours, bench->n_turns);

  g_print ("%s: %.2f ms, oneDNN %.2f: %.2f (%.2f – %.2f); by the least of each %.2f and %.2f: %.2f\n", name,
           bench_spread (sums->ours, bench->n_turns).median * MILLI,
           bench_spread (sums->theirs, bench->n_turns).median * MILLI, ratio.median, ratio.lower, ratio.upper,
           sums->our_least * MILLI, sums->their_least * MILLI, sums->their_least / sums->our_least);
}

static void
bench_plan (const Bench *bench, const GboxPlan *plan)
{
  g_auto (Sums) forward = sums_new (bench), backward = sums_new (bench), all = sums_new (bench);

  for (guint i = 0; i < gbox_plan_get_n_operations (plan); i++)
    {
      g_auto (GboxPlanOperation) operation = { 0 };

      gbox_plan_describe_operation (plan, i, &operation);
      if (!operation.is_conv)
        continue;
      g_print ("%s%*s", operation.name, (int) MAX (NAME_WIDTH - g_utf8_strlen (operation.name, -1), 1), "");
      bench_direction (bench, &operation, FALSE, &forward, &all);
      bench_direction (bench, &operation, TRUE, &backward, &all);
      g_print ("\n");
    }
  print_sums (bench, "all forward", &forward);
  print_sums (bench, "all backward", &backward);
  print_sums (bench, "all", &all);
}

int
main (int argc, char **argv)
{
  const guint n_threads = argc > 2 ? (guint) atoi (argv[2]) : DEFAULT_THREADS;
  g_autoptr (GboxTeam) team = gbox_team_new (MAX (n_threads, 1));
  g_autoptr (GboxNetwork) network = made_up_network (MADE_UP_BVLC);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPlan) plan = gbox_plan_new (network, team, (guint) gbox_network_find_layer (network, "4a"),
                                             1, 224, 224, TRUE, &error);
  Bench bench = { .team = team, .n_turns = MAX (argc > 1 ? (guint) atoi (argv[1]) : DEFAULT_TURNS, 1) };
  const dnnl_version_t *version = dnnl_version ();

  g_assert_no_error (error);
  setlocale (LC_ALL, "");
  pin_all (team);
  check (dnnl_engine_create (&bench.engine, dnnl_cpu, 0));
  check (dnnl_stream_create (&bench.stream, bench.engine, dnnl_stream_default_flags));
  g_print ("%s, oneDNN %d.%d, %u threads, %u turns; ms and GFLOP/s of ours, of oneDNN's, ratio (quartiles)\n",
           gbox_isa_get_name (gbox_isa_get ()), version->major, version->minor, n_threads, bench.n_turns);
  g_print ("%-*s %-48s %s\n", NAME_WIDTH, "", "forward", "backward");
  bench_plan (&bench, plan);
  dnnl_stream_destroy (bench.stream);
  dnnl_engine_destroy (bench.engine);

  return 0;
}
