# SPDX-License-Identifier: Apache-2.0
"""Tests of run_tests.py: how results are read, and that the last line tells of every failure."""
import contextlib
import io
import pathlib
import tempfile
import unittest
from unittest import mock

import run_tests

RESULTS = '<testsuite name="x" tests="7" failures="1" disabled="1" skipped="2"></testsuite>'


class RunTestsTest(unittest.TestCase):
    def last_line_of(self, build_succeeds, results):
        """The last line of a run of one step, and its exit status."""
        def run(*command):
            if command[0] == "ctest" and results:
                (root / "build/dev/results.xml").write_text(results)
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
        self.assertEqual(self.last_line_of(True, RESULTS), ("3 passed, 1 failed, 3 skipped", 1))

    def test_says_nothing_of_skipped_tests_if_there_are_none(self):
        results = '<testsuite name="x" tests="7" failures="0" disabled="0" skipped="0"></testsuite>'
        self.assertEqual(self.last_line_of(True, results), ("7 passed, 0 failed", 0))

    def test_counts_a_build_that_fails_as_a_failed_test(self):
        self.assertEqual(self.last_line_of(False, None), ("0 passed, 1 failed", 1))


if __name__ == "__main__":
    unittest.main()
