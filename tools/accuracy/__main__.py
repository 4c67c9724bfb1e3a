"""Write docs/accuracy.md and the page's figures, or say whether they are up to date."""

from __future__ import annotations

import argparse
import sys

from tools.accuracy import DOCUMENT, SECTIONS, figures, written


def main() -> int:
    """Write both, or compare."""
    parser = argparse.ArgumentParser(description="Write docs/accuracy.md and the page's figures.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    asked = parser.parse_args()
    sections = [section() for section in SECTIONS]
    texts = {DOCUMENT: written(sections), figures.PLACE: figures.written(sections)}
    if asked.check:
        return int(any(path.read_text(encoding="utf-8") != text for path, text in texts.items()))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    for section in sections:
        for claim in section.claims:
            held = "ok" if claim.holds else "NO"
            print(f"{held:3} {section.title}: {claim.asked}: {claim.found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
