# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in the sandbox: evaluates one expression after a sample, and says what came of it.

Standard input is a JSON object: "source", "call" and "limits". Standard output becomes one line: {"value": repr} or {"exception": type}.
The sample runs in this very process and can write that line itself; it is not told what the right one is.
"""
import json
import os
import resource
import sys

MAX_ANSWER = 4096


def main():
    request = json.load(sys.stdin)
    answer_fd = os.dup(1)
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    for name, soft, hard in request["limits"]:
        resource.setrlimit(getattr(resource, name), (soft, hard))
    try:
        namespace = {"__name__": "sample"}
        exec(compile(request["source"], "sample", "exec"), namespace)
        answer = {"value": repr(eval(request["call"], namespace))[:MAX_ANSWER]}
    except BaseException as error:
        answer = {"exception": type(error).__name__[:MAX_ANSWER]}
    os.write(answer_fd, json.dumps(answer).encode() + b"\n")
    os._exit(0)


main()
