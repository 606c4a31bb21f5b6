# SPDX-License-Identifier: Apache-2.0
"""Tests of check_layers.py over small trees made for each case."""
import pathlib
import tempfile
import unittest

import check_layers


class CheckLayersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.module("base", "HEADERS result.h")
        self.file("slipway/base/result.h", "")

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def module(self, name, arguments):
        self.file(f"slipway/{name}/CMakeLists.txt", f"slipway_module({name}\n  {arguments})\n")

    def assert_faults(self, *starts):
        faults = check_layers.check(self.root)
        self.assertEqual(len(faults), len(starts), faults)
        for fault, start in zip(faults, starts):
            self.assertTrue(fault.startswith(start), fault)

    def test_accepts_an_edge_to_a_lower_layer_that_deps_lists(self):
        self.module("tensor", "SOURCES shape.cc DEPS base")
        self.file("slipway/tensor/shape.cc", '#include "slipway/base/result.h"\n#include <vector>\n')

        self.assert_faults()

    def test_refuses_an_edge_that_deps_does_not_list(self):
        self.module("tensor", "SOURCES shape.cc")
        self.file("slipway/tensor/shape.cc", '\n#include "slipway/base/result.h"\n')

        self.assert_faults("slipway/tensor/shape.cc:2: includes slipway/base/result.h: base is not in DEPS")

    def test_refuses_a_dep_that_nothing_includes(self):
        self.module("tensor", "SOURCES shape.cc\n  DEPS base")
        self.file("slipway/tensor/shape.cc", "")

        self.assert_faults("slipway/tensor/CMakeLists.txt:3: tensor lists base in DEPS")

    def test_refuses_the_same_layer_whatever_deps_says(self):
        self.module("tensor", "SOURCES a.cc DEPS metrics")
        self.module("metrics", "HEADERS b.h")
        self.file("slipway/metrics/b.h", "")
        self.file("slipway/tensor/a.cc", '#include "slipway/metrics/b.h"\n')

        self.assert_faults("slipway/tensor/a.cc:1: includes slipway/metrics/b.h: tensor and metrics are in")

    def test_refuses_a_higher_layer(self):
        self.module("tensor", "HEADERS shape.h")
        self.file("slipway/tensor/shape.h", "")
        self.file("slipway/base/check.cc", '#include "slipway/tensor/shape.h"\n')

        self.assert_faults("slipway/base/check.cc:1: includes slipway/tensor/shape.h: tensor (layer 1) is above")

    def test_refuses_internal_headers_of_another_module(self):
        self.module("tensor", "SOURCES a.cc DEPS base")
        self.file("slipway/base/internal/secret.h", "")
        self.file("slipway/tensor/a.cc", '#include "slipway/base/internal/secret.h"\n')
        self.file("tests/integration/b.cc", '#include "slipway/base/internal/secret.h"\n')

        self.assert_faults("slipway/tensor/a.cc:1: includes slipway/base/internal/secret.h: internal/ is for base",
                           "tests/integration/b.cc:1: includes slipway/base/internal/secret.h: internal/")

    def test_keeps_techniques_apart_and_lets_them_meet_in_recipe(self):
        for name in ("optimize/quantize", "optimize/prune"):
            self.module(name, "HEADERS pass.h")
            self.file(f"slipway/{name}/pass.h", "")
        self.module("optimize/recipe", "SOURCES run.cc DEPS optimize/prune")
        self.file("slipway/optimize/recipe/run.cc", '#include "slipway/optimize/prune/pass.h"\n')
        self.file("slipway/optimize/quantize/a.cc", '#include "slipway/optimize/prune/pass.h"\n')

        self.assert_faults("slipway/optimize/quantize/a.cc:1: includes slipway/optimize/prune/pass.h: optimize/qu")

    def test_treats_a_nested_module_as_one_of_its_own(self):
        self.module("api", "HEADERS server.h")
        self.file("slipway/api/server.h", "")
        self.module("api/client", "SOURCES client.cc")
        self.file("slipway/api/client/client.cc", '#include "slipway/api/server.h"\n')

        self.assert_faults("slipway/api/client/client.cc:1: includes slipway/api/server.h: api/client and api are")

    def test_keeps_libraries_with_their_owner_and_out_of_public_headers(self):
        self.module("graph", "HEADERS model.h SOURCES reader.cc")
        self.file("slipway/graph/model.h", "#include <google/protobuf/message.h>\n")
        self.file("slipway/graph/reader.cc", "#include <google/protobuf/message.h>\n#include <nghttp2/nghttp2.h>\n")

        self.assert_faults("slipway/graph/model.h:1: includes google/protobuf/message.h: a public header shows",
                           "slipway/graph/reader.cc:2: includes nghttp2/nghttp2.h: graph does not own it: ask api")

    def test_refuses_libraries_that_nobody_owns(self):
        self.file("slipway/base/check.cc", "#include <glib.h>\n")

        self.assert_faults("slipway/base/check.cc:1: includes glib.h: no module owns it")

    def test_keeps_fakes_and_test_libraries_out_of_shipped_code(self):
        self.file("slipway/base/testing/fake.h", "#include <gtest/gtest.h>\n")
        self.file("slipway/base/check.cc", '#include "slipway/base/testing/fake.h"\n#include <gtest/gtest.h>\n')
        self.file("slipway/base/check_test.cc", '#include "slipway/base/testing/fake.h"\n')

        self.assert_faults("slipway/base/check.cc:1: includes slipway/base/testing/fake.h: testing/ is for tests",
                           "slipway/base/check.cc:2: includes gtest/gtest.h: only tests may include it")

    def test_lets_test_deps_serve_tests_alone(self):
        self.module("tensor", "SOURCES a.cc TESTS a_test.cc TEST_DEPS base")
        self.file("slipway/tensor/a.cc", '#include "slipway/base/result.h"\n')
        self.file("slipway/tensor/a_test.cc", '#include "slipway/base/result.h"\n')

        self.assert_faults("slipway/tensor/a.cc:1: includes slipway/base/result.h: base is not in DEPS")

    def test_refuses_public_headers_that_no_module_lists(self):
        self.file("slipway/base/clock.h", "")

        self.assert_faults("slipway/base/clock.h:1: nothing proves that it compiles alone")

    def test_refuses_folders_that_are_no_module(self):
        self.file("slipway/plugins/a.cc", "")
        self.file("slipway/serving/a.cc", "")

        self.assert_faults("slipway/plugins/a.cc:1: no module plugins is in the table",
                           "slipway/serving/a.cc:1: no slipway_module() covers it")


if __name__ == "__main__":
    unittest.main()
