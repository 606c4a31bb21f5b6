# SPDX-License-Identifier: Apache-2.0
"""Tests of check_length.py over a small repository made for each case."""
import pathlib
import subprocess
import tempfile
import unittest

import check_length


class CheckLengthTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        subprocess.run(["git", "init", "-q", folder.name], check=True)

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def function(self, lines):
        self.file("slipway/a.cc", "void F() {\n" + "  G();\n" * (lines - 2) + "}\n")

    def test_says_nothing_about_what_is_short(self):
        self.function(60)

        self.assertEqual(check_length.check(self.root), ([], []))

    def test_warns_in_the_second_column_and_fails_in_the_third(self):
        self.function(61)
        self.assertEqual(check_length.check(self.root),
                         ([], ["slipway/a.cc:1: function F: 61 lines, more than 60: is it one idea?"]))

        self.function(101)
        self.assertEqual(check_length.check(self.root)[0],
                         ["slipway/a.cc:1: function F: 101 lines, more than 100: move steps that have a name"
                          " into functions of their own"])

    def test_measures_each_kind_of_file_by_its_own_limits(self):
        for name in ("a.h", "a.cc", "a_test.cc", "a.py"):
            self.file(f"slipway/{name}", "\n" * 801)

        failures, warnings = check_length.check(self.root)

        self.assertEqual([f.split(": ")[0] for f in failures], ["slipway/a.cc:1", "slipway/a.h:1", "slipway/a.py:1"])
        self.assertEqual([w.split(": ")[0] for w in warnings], ["slipway/a_test.cc:1"])

    def test_asks_for_an_options_struct_at_five_parameters(self):
        self.file("slipway/a.h", "void F(int a, int b, int c, int d, int e);\nvoid G(int a, int b, int c, int d);\n")

        failures, warnings = check_length.check(self.root)

        self.assertEqual(failures, ["slipway/a.h:1: parameters of F: 5, more than 4: make an options struct"])
        self.assertEqual(len(warnings), 1)

    def test_measures_python_and_counts_no_options_given_by_name(self):
        self.file("tools/a.py", "def f(a, b, c, d, *, e=1, f=2):\n    pass\ndef g(a, b, c, d, e):\n    pass\n")

        self.assertEqual(check_length.check(self.root)[0],
                         ["tools/a.py:3: parameters of g: 5, more than 4: make an options struct"])

    def test_lets_named_exceptions_pass(self):
        self.function(101)
        self.file("tools/length_exceptions.txt", "slipway/a.cc F function: a library's state machine\n")

        self.assertEqual(check_length.check(self.root)[0], [])

    def test_refuses_exceptions_that_are_not_needed_or_have_no_reason(self):
        self.function(10)
        self.file("tools/length_exceptions.txt", "\nslipway/a.cc F function: no more\n")
        self.assertEqual(check_length.check(self.root)[0],
                         ["tools/length_exceptions.txt:2: slipway/a.cc F function is not too long: remove it"])

        self.file("tools/length_exceptions.txt", "slipway/a.cc F function\n")
        with self.assertRaisesRegex(SystemExit, "length_exceptions.txt:1: want"):
            check_length.check(self.root)


if __name__ == "__main__":
    unittest.main()
