#!/usr/bin/env python3
"""Sums up a test run: per tag, per DPDK version in containers, and one closing line.

Reads what the modules left in their target folders: test-tags.tsv (TagReportListener: tags, status,
test, DPDK versions, reason) and Surefire's and Failsafe's TEST-*.xml. The tags are in the first
only; the second is there even when a test run ended without saying goodbye, so failures that only
it has are counted as well.

Exit status: 0 all is well; 1 a test failed, none ran, or a DPDK version was not tested.
"""

import argparse
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

# A skip for this reason (DpdkLibrary) does not make a DPDK version untested: Debian unstable may be
# ahead of Gatun's tables at any time.
UNKNOWN_ABI = "of an ABI without an offset table"

# What a test needs, the most demanding first: a test with several tags counts once, there.
NEEDS = ["nic", "qemu", "containers", "dpdk"]
NOTHING = "nothing"
STATES = ["passed", "failed", "skipped"]

Test = collections.namedtuple("Test", "need status name versions reason")


def read_tags(path):
    """The tests of one module as its listener wrote them."""
    for line in path.read_text(encoding="utf-8").splitlines():
        tags, status, name, versions, reason = line.split("\t")
        need = next((need for need in NEEDS if need in tags.split(",")), NOTHING)
        yield Test(need, status, name, [v for v in versions.split(",") if v], reason)


def read_xml(path):
    """The tests of one class as Maven's plug-ins wrote them: without tags."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = "%s#%s" % (case.get("classname"), case.get("name"))
        kinds = {child.tag: child for child in case}
        bad = kinds.get("failure", kinds.get("error"))
        if bad is not None:
            yield Test("unknown", "failed", name, [], first_line(bad.get("message") or bad.text))
        elif "skipped" in kinds:
            yield Test("unknown", "skipped", name, [], first_line(kinds["skipped"].get("message")))
        else:
            yield Test("unknown", "passed", name, [], "")


def first_line(text):
    return (text or "").strip().split("\n")[0]


def read_module(target):
    """A module's tests: from its tag file, and from the XML what that lacks."""
    tags = target / "test-tags.tsv"
    tests = list(read_tags(tags)) if tags.exists() else []
    from_xml = [
        test
        for pattern in ("surefire-reports/TEST-*.xml", "failsafe-reports/TEST-*.xml")
        for path in sorted(target.glob(pattern))
        for test in read_xml(path)
    ]
    if not tests:
        return from_xml
    if not any(test.status == "failed" for test in tests):
        tests += [test for test in from_xml if test.status == "failed"]
    return tests


def print_needs(tests, left_out):
    print("tests by what they need:")
    for need in [NOTHING] + NEEDS[::-1] + ["unknown"]:
        counts = collections.Counter(test.status for test in tests if test.need == need)
        if need in left_out:
            print("  %-12s left out" % need)
        elif counts or need in NEEDS:
            print("  %-12s %s" % (need, ", ".join("%d %s" % (counts[s], s) for s in STATES)))


def print_reasons(tests, status, heading):
    rows = collections.Counter(
        (test.need, test.reason or "no reason given") for test in tests if test.status == status
    )
    if rows:
        print(heading)
    for (need, reason), count in sorted(rows.items()):
        print("  %-12s %d: %s" % (need, count, reason))


def print_failed(tests):
    failed = [test for test in tests if test.status == "failed"]
    if failed:
        print("failed:")
    for test in failed:
        print("  %s: %s" % (test.name, test.reason))


def untested_versions(tests, expected):
    """Prints how much ran on each DPDK version; returns those on which nothing did."""
    ran, skipped = collections.Counter(), collections.defaultdict(set)
    for test in tests:
        if test.need == "containers":
            for version in test.versions:
                if test.status == "skipped":
                    skipped[version].add(test.reason)
                else:
                    ran[version] += 1
    print("device tests in containers:")
    for version in sorted(set(expected) | set(ran) | set(skipped)):
        print("  DPDK %-7s %d ran" % (version, ran[version]))
        if not ran[version]:
            for reason in sorted(skipped[version]):
                print("    skipped: %s" % reason)
    return [
        version
        for version in expected
        if not ran[version] and not any(UNKNOWN_ABI in reason for reason in skipped[version])
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=pathlib.Path, help="the folder with the modules")
    parser.add_argument("--versions", default="", help="DPDK versions that containers must have run")
    parser.add_argument("--left-out", default="", help="tags that were not to run")
    arguments = parser.parse_args()
    left_out = [tag for tag in arguments.left_out.split(",") if tag]
    expected = [version for version in arguments.versions.split(",") if version]

    tests = [
        test for target in sorted(arguments.root.glob("*/target")) for test in read_module(target)
    ]
    print_needs(tests, left_out)
    print_reasons(tests, "skipped", "skipped:")
    print_failed(tests)
    untested = untested_versions(tests, expected) if "containers" not in left_out else []
    for version in untested:
        print("error: no device test ran on DPDK %s" % version)
    counts = collections.Counter(test.status for test in tests)
    if not counts["passed"]:
        print("error: no test passed")
    print(", ".join("%d %s" % (counts[status], status) for status in STATES))
    return 1 if counts["failed"] or untested or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
