#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times a training step of “glassbox-cli finetune” beside the same step written with PyTorch and transformers.

Usage: finetune-peer.py GLASSBOX_CLI MODEL.gguf [TURNS [THREADS [BATCH [LENGTH]]]]

Both train an untied head alone: they write 64 completions of 28 tokens with cached keys and values, reward full stops
less the divergence from the starting model, take leave-one-out advantages, and do a clipped step of Adam. PyTorch
keeps the states of the sampled tokens too, so its update runs no layer but the head again. They take turns; a ratio
is PyTorch's time over Glassbox's in the same turn. Needs torch, transformers and gguf; let nothing else run.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

try:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
except ImportError as error:
    sys.exit(f'This python3 has not all that is needed: {error}.')

PROMPT = 'Good morning'
KL, LEARNING_RATE, CLIP = .02, 5e-4, 1
POSITIONS = 4  # whose logits are in memory at a time
OUR_STEPS = 3


class Loop:
    def __init__(self, path, batch, length):
        path = pathlib.Path(path)
        self.model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
        self.tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
        self.model.requires_grad_(False)
        self.start = self.model.lm_head.weight.detach().clone()
        self.head = torch.nn.Parameter(self.start.clone())
        self.adam = torch.optim.Adam([self.head], lr=LEARNING_RATE, maximize=True)
        self.prompt = self.tokenizer(PROMPT, return_tensors='pt').input_ids.repeat(batch, 1)
        self.batch, self.length = batch, length

    @torch.no_grad()
    def sample(self):
        states, tokens, past, ids = [], [], None, self.prompt
        for _ in range(self.length):
            out = self.model.model(input_ids=ids, past_key_values=past, use_cache=True)
            past = out.past_key_values
            states.append(out.last_hidden_state[:, -1])
            ids = torch.multinomial(torch.softmax(states[-1] @ self.head.T, -1), 1)
            tokens.append(ids[:, 0])
        return torch.stack(states), torch.stack(tokens)

    def logprobs(self, states, tokens, head):
        logits = states @ head.T
        return torch.log_softmax(logits, -1).gather(-1, tokens[..., None])[..., 0]

    def step(self):
        states, tokens = self.sample()
        texts = self.tokenizer.batch_decode(tokens.T)
        parts = [slice(i, i + POSITIONS) for i in range(0, self.length, POSITIONS)]
        with torch.no_grad():
            ratio = sum((self.logprobs(states[p], tokens[p], self.head) - self.logprobs(states[p], tokens[p], self.start)).sum(0)
                        for p in parts)
        reward = torch.tensor([float(t.count('.')) for t in texts])
        value = reward - KL * ratio
        advantage = (value - (value.sum() - value) / (self.batch - 1)) / (self.batch * self.length)
        self.adam.zero_grad()
        for p in parts:
            (self.logprobs(states[p], tokens[p], self.head) * advantage).sum().backward()
        torch.nn.utils.clip_grad_norm_([self.head], CLIP)
        self.adam.step()
        return reward.mean().item()


def run_ours(cli, path, batch, length, n_threads):
    """Seconds of each step but the first, and their rewards."""
    environment = dict(os.environ, GBOX_THREADS=str(n_threads))
    output = subprocess.run([cli, 'finetune', '--json', '--model', path, '--prompt', PROMPT, '--batch', str(batch), '--length',
                             str(length), '--steps', str(OUR_STEPS), '--samples', '0'],
                            check=True, capture_output=True, text=True, env=environment).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    seconds = [line['seconds'] for line in lines]
    return [b - a for a, b in zip(seconds, seconds[1:])], lines[0]['reward_mean']


def main():
    cli, path = sys.argv[1:3]
    numbers = [int(word) for word in sys.argv[3:]]
    turns, n_threads, batch, length = numbers + [3, 2, 64, 28][len(numbers):]
    torch.set_num_threads(n_threads)
    loop = Loop(path, batch, length)
    theirs, ours = [], []
    for _ in range(turns):
        begin = time.perf_counter()
        their_reward = loop.step()
        theirs.append(time.perf_counter() - begin)
        seconds, our_reward = run_ours(cli, path, batch, length, n_threads)
        ours.append(statistics.median(seconds))
        print(f'PyTorch {theirs[-1]:.2f} s (reward {their_reward:.2f})  Glassbox {ours[-1]:.2f} s (reward {our_reward:.2f})  '
              f'ratio {theirs[-1] / ours[-1]:.2f}', flush=True)
    ratios = [a / b for a, b in zip(theirs, ours)]
    print(f'{n_threads} threads, {batch} completions of {length} tokens, head only: PyTorch {statistics.median(theirs):.2f} s, '
          f'Glassbox {statistics.median(ours):.2f} s a step; ratio {statistics.median(ratios):.2f} '
          f'({min(ratios):.2f} to {max(ratios):.2f}) in {turns} turns')


main()
