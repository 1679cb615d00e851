#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does in PyTorch and transformers the training step that “glassbox-cli bench finetune” times, on request, so that the two can alternate.

Reads a JSON object a line on standard input and answers each with one on standard output:
  {"do": "open", "path": GGUF, "prompt": TEXT, "batch": N, "length": N}
                          loads the model                    → {"id": 0, "entropy": NATS of what may come first after the prompt}
  {"do": "run", "id": 0}  does one training step             → {"seconds": S}
  {"do": "close"}         forgets the model                  → {}
What fails is answered with {"error": SENTENCE}. The first line, unasked, is {"version": VERSIONS, "threads": N}.

An untied head is trained alone: BATCH completions of LENGTH tokens with cached keys and values, full stops less the divergence from
the starting model as rewards, leave-one-out advantages, a clipped step of Adam. The states of the sampled tokens are kept, so that
the update runs no layer but the head again. transformers makes float32 of the file's quantized weights as it loads them, which
takes the package gguf.
Usage: finetune-peer.py THREADS   (needs torch, transformers and gguf)
"""
import json
import os
import pathlib
import sys
import time
import warnings

os.environ["TQDM_DISABLE"] = "1"  # nobody watches it load
warnings.filterwarnings("ignore", category=FutureWarning)

try:
    import gguf  # noqa: F401  transformers asks for it only while it loads
    import torch
    import transformers
except ImportError as error:
    print(json.dumps({"error": f"This python3 has not all that is needed: {error}."}), flush=True)
    sys.exit(0)

KL, LEARNING_RATE, CLIP = .02, 5e-4, 1
POSITIONS = 4  # whose logits are in memory at a time


class Loop:
    def __init__(self, request):
        path = pathlib.Path(request["path"])
        self.batch, self.length = request["batch"], request["length"]
        self.model = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
        self.model.requires_grad_(False)
        self.start = self.model.lm_head.weight.detach().clone()
        self.head = torch.nn.Parameter(self.start.clone())
        self.adam = torch.optim.Adam([self.head], lr=LEARNING_RATE, maximize=True)
        self.prompt = self.tokenizer(request["prompt"], return_tensors="pt").input_ids

    @torch.no_grad()
    def entropy(self):
        logprobs = torch.log_softmax(self.model(input_ids=self.prompt).logits[0, -1], -1)
        return -(logprobs.exp() * logprobs).sum().item()

    @torch.no_grad()
    def sample(self):
        states, tokens, past, ids = [], [], None, self.prompt.repeat(self.batch, 1)
        for _ in range(self.length):
            out = self.model.model(input_ids=ids, past_key_values=past, use_cache=True)
            past = out.past_key_values
            states.append(out.last_hidden_state[:, -1])
            ids = torch.multinomial(torch.softmax(states[-1] @ self.head.T, -1), 1)
            tokens.append(ids[:, 0])
        return torch.stack(states), torch.stack(tokens)

    @staticmethod
    def logprobs(states, tokens, head):
        return torch.log_softmax(states @ head.T, -1).gather(-1, tokens[..., None])[..., 0]

    def step(self):
        states, tokens = self.sample()
        texts = self.tokenizer.batch_decode(tokens.T)
        parts = [slice(i, i + POSITIONS) for i in range(0, self.length, POSITIONS)]
        with torch.no_grad():
            ratio = sum((self.logprobs(states[p], tokens[p], self.head) - self.logprobs(states[p], tokens[p], self.start)).sum(0)
                        for p in parts)
        value = torch.tensor([float(t.count(".")) for t in texts]) - KL * ratio
        advantage = (value - (value.sum() - value) / (self.batch - 1)) / (self.batch * self.length)
        self.adam.zero_grad()
        for p in parts:
            (self.logprobs(states[p], tokens[p], self.head) * advantage).sum().backward()
        torch.nn.utils.clip_grad_norm_([self.head], CLIP)
        self.adam.step()


class Peer:
    def __init__(self):
        self.loop = None

    def open(self, request):
        self.loop = Loop(request)
        return {"id": 0, "entropy": self.loop.entropy()}

    def run(self):
        begin = time.perf_counter()
        self.loop.step()
        return {"seconds": time.perf_counter() - begin}

    def close(self):
        self.loop = None
        return {}

    def answer(self, request):
        if request["do"] == "open":
            return self.open(request)
        if request["do"] == "run":
            return self.run()
        if request["do"] == "close":
            return self.close()
        raise ValueError(f"“{request['do']}” is unknown")


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    peer = Peer()
    say({"version": f"PyTorch {torch.__version__}, transformers {transformers.__version__}", "threads": threads})
    for line in sys.stdin:
        try:
            say(peer.answer(json.loads(line)))
        except Exception as error:  # whatever it is, the other side has to know
            say({"error": f"PyTorch failed: {type(error).__name__}: {error}."})
    return 0


if __name__ == "__main__":
    sys.exit(main())
