"""Draw the rooms and what they import: `python -m tools.room_diagram` writes docs/architecture.svg.

In: the order that tests/core/test_room_order.py holds, and the imports themselves. Out: a row for
each room, the first at the foot, with its docstring's first line; an arc leads from a room to
each that it imports, but for those that another one brings along.
"""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path

from tests.core.test_room_order import MODULES, ORDER, imported, modules, step

TARGET = Path(__file__).resolve().parents[1] / "docs" / "architecture.svg"

ROW, LEFT, WIDTH = 34, 240, 1120
LABEL = 'aria-label="What each room imports"'
STYLE = (
    "<style>text{font:14px system-ui,sans-serif;fill:#1b1d22}.says{fill:#5d5f68}"
    "path{fill:none;stroke:#7f8ee6;stroke-width:1.5}circle{fill:#3245c4}"
    "@media(prefers-color-scheme:dark){text{fill:#ecebe6}.says{fill:#a3a6b1}"
    "path{stroke:#4c5bd0}circle{fill:#98a5ff}}</style>"
)


def imports_of_rooms() -> dict[str, set[str]]:
    """Return which rooms each room imports."""
    found: dict[str, set[str]] = {room: set() for room in ORDER}
    for name in modules("tabfit"):
        if step(name):
            others = {step(each) for each in imported(name) if each.startswith("tabfit.")}
            found[step(name)] |= others - {step(name), ""}
    return found


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the graph without the arrows that others bring along.

    >>> reduced({"a": set(), "b": {"a"}, "c": {"a", "b"}}) == {"a": set(), "b": {"a"}, "c": {"b"}}
    True
    """
    behind: dict[str, set[str]] = {}
    for room in sorted(graph, key=list(graph).index):
        behind[room] = graph[room].union(*(behind.get(each, set()) for each in graph[room]))
    return {
        room: {each for each in near if not any(each in behind[other] for other in near)}
        for room, near in graph.items()
    }


def drawn() -> str:
    """Return the picture as SVG."""
    rows = {room: ROW * (len(ORDER) - at) for at, room in enumerate(ORDER)}
    box = f"0 0 {WIDTH} {ROW * (len(ORDER) + 1)}"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" {LABEL}>{STYLE}']
    for room, near in reduced(imports_of_rooms()).items():
        parts += [_arc(rows[room], rows[each]) for each in sorted(near, key=ORDER.index)]
    for room, at in rows.items():
        parts.append(f'<circle cx="{LEFT}" cy="{at}" r="4"/>')
        parts.append(f'<text x="{LEFT + 14}" y="{at + 5}">{room}</text>')
        parts.append(
            f'<text class="says" x="{LEFT + 150}" y="{at + 5}">{escape(_says(room))}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _arc(start: int, end: int) -> str:
    out = min(LEFT - 8, 24 + (end - start) * 0.42)
    return f'<path d="M{LEFT} {start}C{LEFT - out:g} {start} {LEFT - out:g} {end} {LEFT} {end}"/>'


def _says(room: str) -> str:
    """Return the first sentence of a room's docstring, without what follows a colon's list."""
    text = MODULES[f"tabfit.{room}"].read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")
    print(f"wrote {TARGET}")
