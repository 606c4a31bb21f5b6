# SPDX-License-Identifier: Apache-2.0
"""Tests of check_style.py."""
import unittest

import check_style

HEADER = "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"


def faults(text, file="slipway/base/a.h"):
    return list(check_style.faults_of_text(file, HEADER + text))


class CheckStyleTest(unittest.TestCase):
    def test_refuses_names_that_say_nothing(self):
        for file in ("slipway/base/utils.h", "slipway/common/a.cc", "tools/helpers.py"):
            self.assertRegex("".join(check_style.faults_of_name(file)), "says nothing", file)
        self.assertEqual(list(check_style.faults_of_name("slipway/base/common_prefix.h")), [])

    def test_wants_the_licence_and_the_guard_first(self):
        found = list(check_style.faults_of_text("a.h", "int a;\n"))

        self.assertEqual([f.split(":")[1] for f in found], ["1", "2"])

    def test_refuses_calls_that_the_house_replaces(self):
        for line in ("std::mutex m;", "std::thread t(f);", "std::this_thread::sleep_for(1s);",
                     "using namespace std;", "std::cout << 1;", "worker.detach();"):
            self.assertEqual(len(faults(line)), 1, line)

    def test_lets_their_relatives_and_comments_pass(self):
        for line in ("std::thread::hardware_concurrency();", "using namespace std::chrono_literals;",
                     "std::jthread t(f);", "// not a std::mutex"):
            self.assertEqual(faults(line), [], line)

    def test_wants_an_issue_number_with_each_todo(self):
        self.assertEqual(len(faults("// TODO: later")), 1)
        self.assertEqual(faults("// TODO(#12): later"), [])

    def test_refuses_paths_of_one_machine(self):
        self.assertEqual(len(faults('open("/home/me/model.onnx");')), 1)
        self.assertEqual(faults('get("http://host/home/page"); bench/work/a;'), [])


if __name__ == "__main__":
    unittest.main()
