"""What every page shares: how it begins, its navigation, and the parts in which it is told.

A page is: `begin`, the thing to touch, `try_this`, `explain`, `equation`, `conditions`.
Adding a page is adding a row to PAGES; one whose file isn't there yet is not shown.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui import cached, shared, theme

ROOT = Path(__file__).resolve().parent.parent
NAME = "Bottleneck"
LOGO = Path(__file__).resolve().parent / "logo.svg"
SIDEBAR_WIDTH = 230  # pixels
MEASURE = 760  # pixels: longer lines are hard to read


@dataclass(frozen=True)
class Page:
    """A row of the navigation: its file, what it is called, and the one sentence it opens with."""

    file: str
    title: str
    icon: str
    section: str
    sentence: str


PAGES = [
    Page(
        "streamlit_app.py",
        "Home",
        "home",
        "",
        "Draw a digit. A neural network squeezes it into a handful of numbers, then draws it "
        "again from those numbers alone.",
    ),
    Page("pages/draw.py", "Draw", "draw", "Play", "One drawing, seen by every model."),
    Page("pages/explore.py", "Explore", "tune", "Play", "Drag the code and see the digit change."),
    Page(
        "pages/generate.py",
        "Generate",
        "casino",
        "Play",
        "Roll the dice for new digits that nobody wrote, and see how good they are.",
    ),
    Page(
        "pages/denoise.py",
        "Denoise",
        "blur_on",
        "Play",
        "Spoil a digit by slider or brush, and see which model cleans it best.",
    ),
    Page(
        "pages/sparse.py",
        "Sparse codes",
        "grid_view",
        "Play",
        "See what each number of a code draws, and switch some of them off.",
    ),
    Page("pages/train.py", "Train", "model_training", "Study", "Train a model, watch it learn."),
    Page(
        "pages/latent_map.py",
        "Latent map",
        "scatter_plot",
        "Study",
        "Every test digit, placed by its code. Point at one, zoom in, lasso some, draw your own.",
    ),
    Page(
        "pages/compare_beta.py",
        "Compare β",
        "balance",
        "Study",
        "Slide β from one end to the other, and see what it buys and what it costs.",
    ),
    Page("pages/pitfalls.py", "Pitfalls", "warning", "Learn", "Break a model on purpose."),
    Page("pages/theory.py", "Theory", "function", "Learn", "The equations, each to be touched."),
]


@dataclass(frozen=True)
class Experiment:
    """Something to try: what to do, what to look for, and a button that does it for you."""

    title: str
    words: str
    button: str = ""
    action: Callable[[], None] | None = None


def begin(file: str) -> Page:
    """The first call of every page, with its own row's file: settings, navigation, title."""
    page = next(row for row in PAGES if row.file == file)
    home = page is PAGES[0]
    st.set_page_config(
        page_title=NAME if home else f"{page.title} · {NAME}",
        page_icon=str(LOGO),
        layout="wide",
        menu_items={"About": f"**{NAME}**: an interactive lab for autoencoders."},
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    cached.start()
    shared.start()
    st.html(theme.style())
    st.logo(LOGO, size="large")
    with st.sidebar:
        _navigation()
    st.title(NAME if home else page.title, anchor=False)
    st.html(f'<p class="bn-sentence">{page.sentence}</p>')
    return page


def there() -> list[Page]:
    """The rows whose page exists."""
    return [page for page in PAGES if (ROOT / page.file).exists()]


def _navigation() -> None:
    pages = there()
    if len(pages) == 1:
        return  # Streamlit refuses links, even to the page itself, where there is no pages/
    section = ""
    for page in pages:
        if page.section != section:
            section = page.section
            st.caption(section)
        link(page)


def link(page: Page, label: str | None = None) -> None:
    """A link to a page that takes the shared choices along."""
    st.page_link(
        page.file,
        label=label or page.title,
        icon=f":material/{page.icon}:",
        query_params=shared.parameters(),
        width="stretch",
    )


def try_this(experiments: Sequence[Experiment]) -> None:
    """«Try this»: concrete experiments, side by side."""
    st.header("Try this", anchor=False)
    for number, (column, each) in enumerate(
        zip(st.columns(len(experiments)), experiments, strict=True)
    ):
        with column.container(border=True, height="stretch", vertical_alignment="distribute"):
            st.markdown(f"**{each.title}**\n\n{each.words}")
            if each.action:
                st.button(each.button, on_click=each.action, key=f"try-{number}")


def explain(words: str) -> None:
    """«What you see, and why»."""
    st.header("What you see, and why", anchor=False)
    st.markdown(words, width=MEASURE)


def equation(words: str, latex: str, functions: Sequence[str]) -> None:
    """An equation beside a few words, and below it the source of our own ("module:name")."""
    st.header("The equation, and our code for it", anchor=False)
    left, right = st.columns(2, gap="large", vertical_alignment="center")
    left.markdown(words)
    right.latex(latex)
    for function in functions:  # as wide as the page, so that no line of it breaks
        st.code(cached.source(function), language="python", wrap_lines=True)
        st.caption(function.split(":")[0].replace(".", "/") + ".py")


def conditions(words: str, figures: Sequence[tuple[str, str, str]] = (), source: str = "") -> None:
    """«Conditions and sources»: how what is shown was made, where it is from, and figures.

    A figure is what was measured, its value with the unit, and under which conditions.
    """
    st.header("Conditions and sources", anchor=False)
    st.markdown(words + (f"  \nSource: {source}." if source else ""), width=MEASURE)
    if figures:
        rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in figures)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        st.html(f'<table class="bn-figures"><tbody>{body}</tbody></table>')
    data_there("mnist", "Nothing here needs them: the models come trained, and you draw.")


def on_phone() -> bool:
    """Whether the visitor's browser says that it is a phone's."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def data_there(name: str, meanwhile: str) -> bool:
    """Whether a data set is on this machine; if not, a quiet word on what to do about it.

    meanwhile: a sentence on what works without it.
    """
    if cached.has_data(name):
        return True
    st.caption(
        f":material/info: The images of {name} aren't on this machine. {meanwhile} "
        f"To get them: `python -m aecore fetch {name}`."
    )
    return False


def rooms() -> None:
    """Links to the other pages that are there, with the sentence each opens with."""
    others = there()[1:]
    if not others:
        return
    st.header("The other rooms", anchor=False)
    for start in range(0, len(others), 3):
        for column, page in zip(st.columns(3), others[start : start + 3], strict=False):
            with column.container(border=True, height="stretch"):
                link(page)
                st.caption(page.sentence)
