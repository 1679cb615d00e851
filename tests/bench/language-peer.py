#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does in llama.cpp what “glassbox-cli bench language” times, once at a time and on request, so that the two can alternate.

Reads a JSON object a line on standard input and answers each with one on standard output:
  {"do": "open", "path": GGUF, "way": "flash" | "plain" | "streams", "work": "decode" | "prompt" | "sequences", "n": N,
   "trunk": TOKENS, "steps": STEPS}
                          sets a piece of work up                                            → {"id": N}
  {"do": "run", "id": N}     does it once                                                    → {"seconds": S}
  {"do": "logits", "path": GGUF, "tokens": [N…], "to": FILE}
                          writes what it says after each token, as (tokens, vocabulary) of float32   → {"n_vocab": N}
  {"do": "close"}            forgets all work                                                → {}
What fails is answered with {"error": SENTENCE}. The first line, unasked, is {"version": VERSION, "threads": N}.

“decode” reads TOKENS tokens and times STEPS more, one at a time; “prompt” times reading N; “sequences” reads TOKENS that N
sequences share and times one pass over a token of each, in every run the next, and after STEPS begins again. Logits are
computed of the last token, or of each sequence's. “flash” and “plain” are attention with and without flash attention and one
cache for all sequences; “streams” is with it and a cache for each.
Usage: language-peer.py THREADS   (needs llama-cpp-python)
"""
import ctypes
import json
import os
import sys
import time

try:
    import llama_cpp
except ImportError:
    print(json.dumps({"error": "This python3 has no llama-cpp-python."}), flush=True)
    sys.exit(0)

# As large as any pass: a prompt is one batch.
N_BATCH = 256
# Tokens a sequence may have.
MAX_TOKENS = 256


@llama_cpp.llama_log_callback
def be_silent(_level, _text, _data):
    pass


def token(i):
    """As on the other side, whose vocabulary has at least as many."""
    return (i * 7919 + 13) % 1000


class Context:
    def __init__(self, model, way, threads, sequences=1):
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = MAX_TOKENS * sequences
        params.n_batch = params.n_ubatch = N_BATCH
        params.n_seq_max = sequences
        params.kv_unified = way != "streams"
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = 0 if way == "plain" else 1
        self.handle = llama_cpp.llama_init_from_model(model, params)
        if not self.handle:
            raise ValueError("no context can be made")
        self.memory = llama_cpp.llama_get_memory(self.handle)
        self.batch = llama_cpp.llama_batch_init(N_BATCH, 0, 1)

    def free(self):
        llama_cpp.llama_batch_free(self.batch)
        llama_cpp.llama_free(self.handle)

    def clear(self):
        llama_cpp.llama_memory_clear(self.memory, True)

    def read(self, rows):
        """One pass over rows of (token, position, sequence, whether its logits are wanted)."""
        batch = self.batch
        batch.n_tokens = len(rows)
        for i, (number, position, sequence, wanted) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.logits[i] = number, position, wanted
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequence
        if llama_cpp.llama_decode(self.handle, batch) != 0:
            raise ValueError("a batch could not be decoded")
        llama_cpp.llama_synchronize(self.handle)

    def read_prompt(self, n):
        for at in range(0, n, N_BATCH):
            end = min(at + N_BATCH, n)
            self.read([(token(i), i, 0, i == n - 1) for i in range(at, end)])


class Work:
    def __init__(self, context, request):
        self.context, self.kind, self.n = context, request["work"], request["n"]
        self.trunk, self.steps = request["trunk"], request["steps"]
        self.next, self.rows = 0, []
        if self.kind != "prompt":
            n = self.n if self.kind == "sequences" else 1
            self.rows = [[(token(self.trunk + step + 17 * s), self.trunk + step, s, True) for s in range(n)]
                         for step in range(self.steps)]

    def start(self):
        context = self.context
        context.clear()
        if self.kind == "prompt":
            return
        context.read_prompt(self.trunk)
        for sequence in range(1, len(self.rows[0])):
            llama_cpp.llama_memory_seq_cp(context.memory, 0, sequence, -1, -1)

    def run(self):
        if self.next == 0:
            self.start()
        rows = self.rows
        if self.kind == "sequences":
            rows = [self.rows[self.next]]
            self.next = (self.next + 1) % self.steps
        begin = time.perf_counter()
        if self.kind == "prompt":
            self.context.read_prompt(self.n)
        for row in rows:
            self.context.read(row)
        return time.perf_counter() - begin


class Peer:
    def __init__(self, threads):
        self.threads, self.models, self.contexts, self.work = threads, {}, [], []

    def model(self, path):
        if path not in self.models:
            model = llama_cpp.llama_model_load_from_file(os.fsencode(path), llama_cpp.llama_model_default_params())
            if not model:
                raise ValueError("the file cannot be loaded")
            self.models[path] = model
        return self.models[path]

    def open(self, request):
        sequences = request["n"] if request["work"] == "sequences" else 1
        context = Context(self.model(request["path"]), request["way"], self.threads, sequences)
        self.contexts.append(context)
        self.work.append(Work(context, request))
        return {"id": len(self.work) - 1}

    def logits(self, request):
        model, tokens = self.model(request["path"]), request["tokens"]
        n_vocab = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
        context = Context(model, "plain", self.threads)
        try:
            context.read([(number, i, 0, True) for i, number in enumerate(tokens)])
            values = llama_cpp.llama_get_logits(context.handle)
            with open(request["to"], "wb") as file:
                file.write(ctypes.string_at(values, len(tokens) * n_vocab * 4))
        finally:
            context.free()
        return {"n_vocab": n_vocab}

    def close(self):
        for context in self.contexts:
            context.free()
        self.contexts.clear()
        self.work.clear()
        return {}

    def answer(self, request):
        if request["do"] == "open":
            return self.open(request)
        if request["do"] == "run":
            return {"seconds": self.work[request["id"]].run()}
        if request["do"] == "logits":
            return self.logits(request)
        if request["do"] == "close":
            return self.close()
        raise ValueError(f"“{request['do']}” is unknown")


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    threads = int(sys.argv[1])
    llama_cpp.llama_log_set(be_silent, None)
    llama_cpp.llama_backend_init()
    peer = Peer(threads)
    say({"version": llama_cpp.__version__, "threads": threads})
    for line in sys.stdin:
        try:
            say(peer.answer(json.loads(line)))
        except Exception as error:  # whatever it is, the other side has to know
            say({"error": f"llama.cpp failed: {type(error).__name__}: {error}."})
    return 0


if __name__ == "__main__":
    sys.exit(main())
