# SPDX-License-Identifier: Apache-2.0
"""What a benchmark found, as tables of Markdown."""
import dataclasses
import statistics

NOT_MEASURED = "not measured"


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A figure of each of our runs and of a peer's, made in turn."""
    what: str
    ours: list
    peer: list
    target: str

    def ratios(self):
        return [a / b for a, b in zip(self.ours, self.peer)]

    def cells(self):
        ratios = self.ratios()
        return [self.what, median_text(self.ours), median_text(self.peer), range_text(ratios), self.target]


@dataclasses.dataclass(frozen=True)
class Table:
    title: str
    head: tuple
    rows: list  # Of lists of text.

    def lines(self):
        yield f"## {self.title}"
        yield ""
        yield "| " + " | ".join(self.head) + " |"
        yield "| --- |" + " ---: |" * (len(self.head) - 1)
        for row in self.rows:
            yield "| " + " | ".join(row) + " |"
        yield ""


def median_text(figures):
    return f"{statistics.median(figures):,.0f}" if figures else NOT_MEASURED


def range_text(ratios):
    """The median of `ratios` and what lies between their extremes."""
    if not ratios:
        return "–"
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def comparison_table(title, rows, peer="Triton"):
    """A table of `Comparison`s with one peer."""
    head = ("what", "Slipway", peer, f"Slipway / {peer}, median (range)", "target")
    return Table(title, head, [row.cells() for row in rows])
