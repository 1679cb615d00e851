#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times llama.cpp (llama-cpp-python) on a GGUF file beside all of the file's matrices multiplied by Glassbox.

Usage: matrices-peer.py BENCH_MATRICES MODEL.gguf [TURNS [THREADS]]

llama.cpp computes its whole forward pass; bench-matrices only the matrix products of one, without attention, norms
and activation functions. So the ratios are bounds: no forward pass on these products can be faster.
They take turns; medians and bests of all turns are printed, in tokens a second.
"""
import re
import statistics
import subprocess
import sys
import time

try:
    import llama_cpp
except ImportError:
    sys.exit('llama-cpp-python is not installed for this python3.')

N_BATCH = 256
LOADS = {'decode': (1, 1), 'prompt 64': (64, 1), 'prompt 256': (256, 1), '8 sequences': (8, 8),
         '32 sequences': (32, 32), '64 sequences': (64, 64)}


class Llama:
    def __init__(self, path, n_threads):
        llama_cpp.llama_log_set(llama_cpp.llama_log_callback(lambda *_: None), None)
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), llama_cpp.llama_model_default_params())
        if not self.model:
            sys.exit(f'llama.cpp cannot load {path}.')
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = 64 * 64
        params.n_batch = params.n_ubatch = N_BATCH
        params.n_seq_max = 64
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = n_threads
        self.context = llama_cpp.llama_init_from_model(self.model, params)
        self.batch = llama_cpp.llama_batch_init(N_BATCH, 0, 1)

    def run(self, n, n_head, position):
        """Tokens a second of a batch of n tokens: of one sequence each, or, with one head, a prompt."""
        batch = self.batch
        batch.n_tokens = n
        for i in range(n):
            batch.token[i] = (i * 7919 + 13) % 49000
            batch.pos[i] = position if n_head == n else i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = i if n_head == n else 0
            batch.logits[i] = n_head == n or i == n - 1
        start = time.perf_counter()
        if llama_cpp.llama_decode(self.context, batch) != 0:
            sys.exit('llama.cpp cannot decode.')
        llama_cpp.llama_synchronize(self.context)
        return n / (time.perf_counter() - start)

    def measure(self, n, n_head):
        rates = []
        for position in range(24 if n < 64 else 6):
            if position == 0 or n_head != n:
                llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
            rates.append(self.run(n, n_head, position))
        return rates[1:]


def main():
    bench, path = sys.argv[1:3]
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    n_threads = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    llama = Llama(path, n_threads)
    theirs = {name: [] for name in LOADS}
    ours = {}
    for _ in range(turns):
        for name, (n, n_head) in LOADS.items():
            theirs[name].append(statistics.median(llama.measure(n, n_head)))
        time.sleep(1)
        output = subprocess.run([bench, path, '20', str(n_threads)], check=True, capture_output=True, text=True).stdout
        for name, precision, median in re.findall(r'^(\S.*?) +(int8|int16|float32) +(\d+) +\d+$', output, re.M):
            ours.setdefault((name, precision), []).append(float(median))
    print(f'{n_threads} threads, tokens/s, median (best) of {turns} turns; ours: matrix products only')
    for (name, precision), rates in ours.items():
        ratios = [a / b for a, b in zip(rates, theirs[name])]
        print(f'{name:12} {precision:8} llama.cpp {statistics.median(theirs[name]):6.0f} ({max(theirs[name]):6.0f})'
              f'  ours {statistics.median(rates):6.0f} ({max(rates):6.0f})'
              f'  ratio {statistics.median(ratios):5.2f} ({min(ratios):.2f} to {max(ratios):.2f})')


main()
