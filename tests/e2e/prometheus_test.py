# SPDX-License-Identifier: Apache-2.0
"""What the server exports, read by a real Prometheus; and that the dashboard and the alert rules read what is there."""
import json
import re
import subprocess
import unittest

from prometheus_process import RULES, Prometheus
from served_case import ServedCase, curl
from slipway_process import ROOT

DASHBOARD = ROOT / "deploy/grafana/slipway.json"
REQUESTS = 5
OUR_METRICS = re.compile(r"\b(?:slipway|nv|process)_\w+")
OF_HISTOGRAMS = re.compile(r"_(?:bucket|sum|count)$")


def promtool(*arguments):
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def dashboard_expressions():
    """The queries of all panels, with the dashboard's variables filled in."""
    filled = {"$job": "slipway", "$instance": ".*", "$model": ".*", "$__rate_interval": "1m"}
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            expression = target["expr"]
            for variable, value in filled.items():
                expression = expression.replace(variable, value)
            yield expression


class RulesTest(unittest.TestCase):
    def test_rules_are_well_formed(self):
        checked = promtool("check", "rules", RULES)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_example_configuration_is_well_formed(self):
        checked = promtool("check", "config", RULES.parent / "prometheus.yml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_alerts_fire_when_they_should(self):
        checked = promtool("test", "rules", RULES.parent / "alerts_test.yml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_each_alert_is_tested(self):
        alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
        tests = (RULES.parent / "alerts_test.yml").read_text()
        self.assertGreater(len(alerts), 5)
        for alert in alerts:
            self.assertRegex(tests, rf"alertname: {alert}\s+exp_alerts", f"no test makes {alert} fire")


class PrometheusTest(ServedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        body = {"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]}
        for _ in range(REQUESTS):
            answer = curl(f"http://{cls.server.http}/v2/models/identity/infer", body=json.dumps(body).encode())
            if answer.status != 200:
                raise RuntimeError(answer.body)

    def start(self, *options):
        prometheus = Prometheus(self.server.metrics, *options)
        self.addCleanup(prometheus.stop)
        return prometheus

    def metrics(self, accept=None):
        return curl(f"http://{self.server.metrics}/metrics", *(["-H", f"accept: {accept}"] if accept else []))

    def exported_names(self):
        return set(re.findall(r"^# TYPE (\w+)", self.metrics().body.decode(), re.MULTILINE))

    def test_dashboard_and_rules_name_only_what_is_exported(self):
        exported = self.exported_names()
        # "# a comment" may name files; label values come in quotes and are not ours to check.
        rules = re.sub(r"#.*|summary:.*", "", RULES.read_text())
        for text in (DASHBOARD.read_text(), rules):
            names = set(OUR_METRICS.findall(text))
            self.assertGreater(len(names), 5)
            unknown = {name for name in names if name not in exported and OF_HISTOGRAMS.sub("", name) not in exported}
            self.assertEqual(unknown, set())

    def test_native_histograms_arrive(self):
        prometheus = self.start("--enable-feature=native-histograms")

        count = prometheus.await_series('histogram_count(slipway_request_seconds{model="identity"})')
        self.assertEqual([float(series["value"][1]) for series in count], [REQUESTS])
        middle = prometheus.query('histogram_quantile(0.5, slipway_request_seconds{model="identity"})')
        self.assertGreater(float(middle[0]["value"][1]), 1e-7)
        self.assertLess(float(middle[0]["value"][1]), 60)
        for stage in ("queue_wait", "input", "compute", "output"):
            self.assertTrue(prometheus.query(f'histogram_count(slipway_{stage}_seconds{{model="identity"}})'), stage)
        success = prometheus.query('nv_inference_request_success{model="identity"}')
        self.assertEqual(float(success[0]["value"][1]), REQUESTS)

    def test_classic_histograms_arrive_without_the_feature(self):
        prometheus = self.start()

        buckets = prometheus.await_series('slipway_request_seconds_bucket{model="identity",le="+Inf"}')
        self.assertEqual([float(series["value"][1]) for series in buckets], [REQUESTS])
        self.assertEqual(prometheus.query("up")[0]["value"][1], "1")
        self.assertEqual(prometheus.get("targets")["activeTargets"][0]["lastError"], "")

    def test_rules_load_and_every_panel_can_be_asked(self):
        prometheus = self.start("--enable-feature=native-histograms")
        prometheus.await_series("slipway_build_info")

        rules = prometheus.get("rules")["groups"][0]["rules"]
        self.assertEqual(len(rules), RULES.read_text().count("- alert:"))
        expressions = list(dashboard_expressions())
        self.assertGreater(len(expressions), 10)
        for expression in expressions:
            prometheus.query(expression)  # Raises if Prometheus cannot make sense of it.

    def test_resident_memory_is_what_the_kernel_says(self):
        shown = re.search(r"^process_resident_memory_bytes (\S+)$", self.metrics().body.decode(), re.MULTILINE)
        self.assertAlmostEqual(float(shown.group(1)) / 1024, self.server.resident_kib(), delta=32 * 1024)

    def test_the_form_follows_the_accept_header(self):
        self.assertTrue(self.metrics().headers["content-type"].startswith("text/plain; version=0.0.4"))
        open_metrics = self.metrics("application/openmetrics-text; version=1.0.0")
        self.assertTrue(open_metrics.headers["content-type"].startswith("application/openmetrics-text"))
        self.assertTrue(open_metrics.body.endswith(b"# EOF\n"))


if __name__ == "__main__":
    unittest.main()
