"""Counts the tests of all JUnit reports in a folder; the last line is the sum of them all.

Run: python3 Tests/summary.py REPORTS. Exits with 1 where a test failed, or a kind of test ran none. A test of
conformance*.xml that passed in again.xml counts as passed, and is named.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def outcomes(report):
    """The outcome of each test of a report, with its name."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):
        outcome = "passed"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed"
        elif case.find("skipped") is not None:
            outcome = "skipped"
        found.append((f"{case.get('classname')}.{case.get('name')}", outcome))
    return found


def main(folder):
    again = [test for report in Path(folder).glob("again.xml") for test in outcomes(report)]
    passed_again = {name for name, outcome in again if outcome == "passed"}
    passed_again -= {name for name, outcome in again if outcome == "failed"}
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for kind in ["swift", "conformance"]:
        tests = [test for report in sorted(Path(folder).glob(f"{kind}*.xml")) for test in outcomes(report)]
        if all(outcome == "skipped" for _, outcome in tests):
            print(f"no {kind} test ran: see the messages above")
            total["failed"] += 1
        for name, outcome in tests:
            if outcome == "failed" and name in passed_again:
                print(f"failed, and passed when it ran again: {name}")
                outcome = "passed"
            total[outcome] += 1
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
