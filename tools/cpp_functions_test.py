# SPDX-License-Identifier: Apache-2.0
"""Tests of cpp_functions.py: what counts as a function, where it ends, how many parameters it has."""
import unittest

import cpp_functions


def found(source):
    """(name, lines, parameters) of each definition in `source`."""
    return [(f.name, f.last_line - f.first_line + 1, f.parameters)
            for f in cpp_functions.functions_of(source) if f.has_body]


def declared(source):
    return [(f.name, f.parameters) for f in cpp_functions.functions_of(source) if not f.has_body]


class CppFunctionsTest(unittest.TestCase):
    def test_measures_from_the_signature_to_the_closing_brace(self):
        source = "namespace a {\nint F(int x,\n      int y) {\n  if (x) { y(); }\n  return x;\n}\n}\n"

        self.assertEqual(found(source), [("F", 5, 2)])

    def test_looks_into_classes_and_past_their_access_labels(self):
        source = ("class A : public B<int, C> {\n public:\n  A(int a) : B(a), b_{a} {}\n  ~A() override;\n"
                  " private:\n  int b_{3};\n  std::function<void(int, int)> f_ = {};\n};\n")

        self.assertEqual(found(source), [("A", 1, 1)])
        self.assertEqual(declared(source), [("~A", 0)])

    def test_takes_an_annotated_class_for_a_class(self):
        source = 'class SLIPWAY_CAPABILITY("mutex") Mutex {\n  void Lock() ACQUIRE() { m_.lock(); }\n};\n'

        self.assertEqual(found(source), [("Lock", 1, 0)])

    def test_takes_no_table_and_no_enum_for_a_function(self):
        source = "enum class E : int { kA = F(1), kB };\nconstexpr int kTable[] = {F(1), 2};\nint G() { return 1; }\n"

        self.assertEqual(found(source), [("G", 1, 0)])

    def test_counts_parameters_and_not_the_commas_inside_them(self):
        source = "void F(std::map<int, int> a, std::function<int(int, int)> b = {1, 2}, int c[2]);\n"

        self.assertEqual(declared(source), [("F", 3)])

    def test_names_operators_and_qualified_functions(self):
        source = ("bool operator==(A a, A b) { return true; }\nA& A::operator=(A&& a) { return *this; }\n"
                  "template <typename T = int, int n = 3>\nauto N::C::F(T t) const -> int { return n; }\n")

        self.assertEqual(found(source), [("operator==", 1, 2), ("operator=", 1, 1), ("N::C::F", 1, 1)])

    def test_is_not_misled_by_text_comments_and_macros(self):
        source = ('#define F(x) { \\\n  (x)\n// void G() {\n/* { */\nconst char* k = "}{";\n'
                  'void H() { f(R"(})", \'{\'); }\nint n = 1\'000;\n')

        self.assertEqual(found(source), [("H", 1, 0)])


if __name__ == "__main__":
    unittest.main()
