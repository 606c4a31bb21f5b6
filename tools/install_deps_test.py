# SPDX-License-Identifier: Apache-2.0
"""Tests of install_deps: what it refuses, and that a machine that has everything is left alone."""
import hashlib
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).with_name("install_deps")


def bash(command, *arguments):
    """Runs `command` in a shell that knows the functions of install_deps."""
    return subprocess.run(["bash", "-c", f'source "{SCRIPT}"; {command}', "install_deps_test", *map(str, arguments)],
                          capture_output=True, text=True, timeout=60)


class InstallDepsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "wheel.whl"
        self.file.write_bytes(b"not the wheel")

    def test_refuses_and_removes_a_file_with_another_digest(self):
        result = bash('check_digest "$1" "$2"', self.file, "0" * 64)

        self.assertNotEqual(result.returncode, 0)
        got = hashlib.sha256(b"not the wheel").hexdigest()
        self.assertIn(f"wheel.whl has SHA-256 {got}, but tools/dependencies.lock pins {'0' * 64}", result.stderr)
        self.assertFalse(self.file.exists())

    def test_keeps_a_file_with_the_pinned_digest(self):
        result = bash('check_digest "$1" "$2"', self.file, hashlib.sha256(b"not the wheel").hexdigest())

        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertTrue(self.file.exists())

    def test_names_the_sets_if_asked_for_another(self):
        result = subprocess.run([SCRIPT, "biuld"], capture_output=True, text=True, timeout=60)

        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "no set biuld: know build demo test")

    def test_says_which_packages_it_installs_before_it_does(self):
        result = bash('as_root() { echo "ran: $*"; }; dpkg-query() { return 1; }; install_packages demo')

        self.assertEqual(result.returncode, 0, result.stderr)
        first, second = result.stdout.splitlines()[:2]
        self.assertEqual(first, "install_deps: installing Debian packages: curl dataset-fashion-mnist")
        self.assertRegex(second, "ran: apt-get -q update")

    def test_installs_nothing_that_is_there(self):
        result = bash('as_root() { echo "ran: $*"; }; dpkg-query() { echo "install ok installed"; };'
                      " install_packages build demo test")

        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
