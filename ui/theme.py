"""The colours: read once from the theme in .streamlit/config.toml, which Streamlit uses too.

The ten digits' colours are that theme's `chartCategoricalColors`, so charts, components (as the
CSS variable `--st-chart-categorical-colors`) and everything else agree. Held to, in both themes
(tests/ui/test_theme.py): contrast to the page of 3 or more, and far enough apart for each kind of
colour blindness; digits that are taken for one another (4 and 9, 3 and 5, ...) furthest of all.
"""

import tomllib
from pathlib import Path

MODES = ("light", "dark")
CONFIG = Path(__file__).resolve().parent.parent / ".streamlit" / "config.toml"
STYLES = [Path(__file__).resolve().parent / name for name in ("style.css", "readout.css")]

THEME = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
DIGITS = {mode: tuple(THEME[mode]["chartCategoricalColors"]) for mode in MODES}

#: What our own CSS calls them -> where the theme has them.
NAMES = {
    "ink": "textColor",
    "page": "backgroundColor",
    "soft": "secondaryBackgroundColor",
    "line": "borderColor",
    "accent": "primaryColor",
}
PAPER = ("#ffffff", "#0e1115")  # what digits are drawn on, light and dark


def variables() -> dict[str, str]:
    """CSS variables for both themes at once: the browser takes the half that fits the theme."""
    colours = {
        f"--bn-{name}": tuple(THEME[mode][option] for mode in MODES)
        for name, option in NAMES.items()
    }
    colours["--bn-paper"] = PAPER
    for digit, pair in enumerate(zip(DIGITS["light"], DIGITS["dark"], strict=True)):
        colours[f"--bn-digit-{digit}"] = pair
    return {name: f"light-dark({light}, {dark})" for name, (light, dark) in colours.items()}


def style() -> str:
    """The app's style sheets, variables first, as a <style> tag for `st.html`."""
    declared = "".join(f"{name}:{value};" for name, value in variables().items())
    sheets = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    return f"<style>:root{{{declared}}}{sheets}</style>"
