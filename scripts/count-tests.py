# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints which tests failed and how many passed, failed and were skipped, from meson's JUnit log.

A program that ended before its last test, which the log counts as nothing, is one failure more.
"""
import sys
import xml.etree.ElementTree as ElementTree


def has_failed(case):
    return case.find("failure") is not None or case.find("error") is not None


def ended_early(suite):
    said = "".join(suite.findtext(name) or "" for name in ("system-out", "system-err"))
    return "(test program exited with status code" in said and not any(map(has_failed, suite.iter("testcase")))


def main(path):
    try:
        log = ElementTree.parse(path)
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test log to read: {error}", file=sys.stderr)
        return 1
    cases = list(log.iter("testcase"))
    failed = [c for c in cases if has_failed(c)]
    cut_off = [s.get("name") for s in log.iter("testsuite") if ended_early(s)]
    skipped = [c for c in cases if c.find("skipped") is not None]
    for case in failed:
        print(f"failed: {case.get('classname')}: {case.get('name')}")
    for name in cut_off:
        print(f"failed: {name}: ended before its last test")
    passed = len(cases) - len(failed) - len(skipped)
    n_failed = len(failed) + len(cut_off)
    print(f"{passed} passed, {n_failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if n_failed or not passed else 0


sys.exit(main(sys.argv[1]))
