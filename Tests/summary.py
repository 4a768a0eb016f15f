"""Counts the tests of all JUnit reports in a folder; the last line is the sum of them all.

Run: python3 Tests/summary.py REPORTS. Exits with 1 where a test failed, or a kind of test ran none.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def count(report):
    """How many tests of a report passed, failed and were skipped."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(folder):
    total = [0, 0, 0]
    ran_none = []
    for kind in ["swift", "conformance"]:
        counts = [count(report) for report in sorted(Path(folder).glob(f"{kind}*.xml"))]
        sums = [sum(column) for column in zip(*counts)] or [0, 0, 0]
        if not sums[0] + sums[1]:
            ran_none.append(kind)
        total = [a + b for a, b in zip(total, sums)]
    for kind in ran_none:
        print(f"no {kind} test ran: see the messages above")
    print(f"\n{total[0]} passed, {total[1] + len(ran_none)} failed, {total[2]} skipped")
    return 1 if total[1] or ran_none else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
