# SPDX-License-Identifier: Apache-2.0
"""Tests of run_tests.py: how results are read, and that the last line tells of every failure."""
import contextlib
import io
import pathlib
import tempfile
import unittest
from unittest import mock

import run_tests

CASES = '<testsuites tests="{}" failures="{}" disabled="1"></testsuites>'


def summary_of(**statuses):
    """What CTest writes of tests with these statuses."""
    tests = "".join(f'<testcase name="{name}" status="{status}"/>' for name, status in statuses.items())
    return f"<testsuite>{tests}</testsuite>"


class RunTestsTest(unittest.TestCase):
    def last_line_of(self, build_succeeds, summary, cases=None):
        """The last line of a run of one step, and its exit status. `cases` is what the test `many` wrote."""
        def run(*command):
            if command[0] == "ctest" and summary:
                (root / "build/dev/results.xml").write_text(summary)
                if cases:
                    (root / "build/dev/results").mkdir()
                    (root / "build/dev/results/many.xml").write_text(cases)
            return command[0] != "cmake" or build_succeeds

        with (tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out):
            root = pathlib.Path(folder)
            (root / "build/dev").mkdir(parents=True)
            with (mock.patch.object(run_tests, "ROOT", root), mock.patch.object(run_tests, "run", run),
                  mock.patch("os.chdir"), mock.patch("sys.argv", ["run_tests.py", "unit"]),
                  self.assertRaises(SystemExit) as exit_status):
                run_tests.main()
        return out.getvalue().splitlines()[-1], exit_status.exception.code

    def test_counts_passed_failed_and_skipped(self):
        summary = summary_of(a="run", b="run", c="fail", d="disabled", e="notrun")
        self.assertEqual(self.last_line_of(True, summary), ("2 passed, 1 failed, 2 skipped", 1))

    def test_says_nothing_of_skipped_tests_if_there_are_none(self):
        self.assertEqual(self.last_line_of(True, summary_of(a="run")), ("1 passed, 0 failed", 0))

    def test_counts_the_cases_of_a_test_that_wrote_results(self):
        summary = summary_of(many="fail", one="run")
        self.assertEqual(self.last_line_of(True, summary, CASES.format(10, 2)), ("8 passed, 2 failed, 1 skipped", 1))

    def test_counts_a_report_at_the_end_of_cases_that_passed(self):
        self.assertEqual(self.last_line_of(True, summary_of(many="fail"), CASES.format(3, 0)),
                         ("2 passed, 1 failed, 1 skipped", 1))

    def test_counts_a_build_that_fails_as_a_failed_test(self):
        self.assertEqual(self.last_line_of(False, None), ("0 passed, 1 failed", 1))


if __name__ == "__main__":
    unittest.main()
