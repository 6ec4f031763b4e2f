"""Curves of quality against the amount of noise, with the level that was trained on."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, denoise_kit, explore_address, pickers

if TYPE_CHECKING:
    from aecore.denoising_curves import Curve
    from aecore.runs import ListedRun
    from ui.denoise_kit import Setting

FIGURES = {"mse": "Error (MSE)", "psnr": "PSNR, dB", "ssim": "SSIM"}
BUILT_IN = "digits"
IMAGES = 40  # for runs whose curves aren't shipped
HEIGHT = 480
DASHES = {"noisy": "dot", "linear": "dash", "median": "dashdot"}
TITLES = {"noisy": "Left as it is", "linear": "Best linear", "median": "Median 3 × 3"}


def curves(chosen: ListedRun, usable: list[ListedRun], setting: Setting) -> None:
    """The chart: a line for each run on the same data set, dashed ones for what is no model."""
    from aecore.noise import NOISES
    from aecore.runs import RunError

    cached.need("plotly.graph_objects")
    figure = explore_address.choose("figure", "Figure", FIGURES, "mse", show_label=False)
    dataset = chosen.info.recipe.dataset
    runs = [each for each in usable if each.info.recipe.dataset == dataset]
    try:
        lines, words = _lines(dataset, setting.kind, runs)
    except (RunError, OSError) as error:
        st.error(str(error))
        return
    noise = NOISES[setting.kind]
    chart = _chart(noise.amounts, lines, figure, chosen.id)
    unit = f", {noise.unit}" if noise.unit else ""
    chart.update_xaxes(title=f"{noise.amount}{unit}")
    chart.update_yaxes(title=FIGURES[figure])
    _mark(chart, setting, runs)
    st.plotly_chart(chart, key="curves", config={"displayModeBar": False})
    st.caption(words)


def _lines(dataset: str, kind: str, runs: list[ListedRun]) -> tuple[dict, str]:
    """Curves by run id or baseline, each with its title, and words on what was measured."""
    from aecore import denoising_curves

    shipped = denoising_curves.read_curves(dataset)
    known = shipped.get("curves", {}).get(kind, {})
    found, live = {}, []
    for name, title in TITLES.items():
        if name in known:
            found[name] = (title, known[name])
        elif curve := _baseline(dataset, kind, name):
            found[name] = (title, curve)
            live.append(title)
    for run in runs:
        title = pickers.short_title(run)
        if run.id in known and not run.key:
            found[run.id] = (title, known[run.id])
        else:
            stamps = cached.stamps_of(run.folder)
            found[run.id] = (title, _by_run(run.folder, stamps, kind, dataset))
            live.append(title)
    words = f"The mean over {shipped['images']} of MNIST's test images." if known else ""
    if live:
        few = f"the first {IMAGES} test images of {_tested_on(dataset)}, measured just now"
        words += f" {', '.join(live)}: {few}." if known else f"The mean over {few}."
    return found, words.strip()


@st.cache_resource(show_spinner="Cleaning some test images", max_entries=64)
def _by_run(folder: Path, stamps: tuple, kind: str, dataset: str) -> Curve:
    from aecore.denoising_curves import curve
    from aecore.quality import through

    model = cached.run(folder).model
    return curve(kind, _test_images(dataset), lambda amount: partial(through, model))


@st.cache_resource(show_spinner="Cleaning some test images", max_entries=32)
def _baseline(dataset: str, kind: str, name: str) -> Curve | None:
    from aecore.denoising_curves import LINEAR, baselines, curve

    clean = denoise_kit.statistics(dataset)
    if name == LINEAR and clean is None:
        return None
    return curve(kind, _test_images(dataset), baselines(kind, clean)[name])


def _tested_on(dataset: str) -> str:
    return dataset if cached.has_data(dataset) else BUILT_IN


def _test_images(dataset: str):
    from aecore import data

    return data.to_float(data.load(_tested_on(dataset)).test.images[:IMAGES])


def _chart(amounts: tuple[float, ...], lines: dict, figure: str, chosen: str):
    import plotly.graph_objects as go

    chart = go.Figure()
    for name, (title, curve) in lines.items():
        line = {"width": 4 if name == chosen else 1.8}
        if name in DASHES:
            line |= {"dash": DASHES[name], "color": "#8a8a8a"}
        chart.add_scatter(
            x=amounts,
            y=curve[figure],
            name=title,
            mode="lines+markers" if name == chosen else "lines",
            line=line,
        )
    chart.update_layout(
        height=HEIGHT,
        margin={"t": 30, "r": 10, "b": 10, "l": 10},
        hovermode="x unified",
        legend={"font": {"size": 12}, "orientation": "h", "y": -0.2},
    )
    return chart


def _mark(chart, setting: Setting, runs: list[ListedRun]) -> None:
    """Where the visitor is, and where a denoiser was trained."""
    chart.add_vline(
        setting.amount,
        line={"dash": "dot", "width": 1.5, "color": "#8a8a8a"},
        annotation={"text": "you are here", "yref": "paper", "y": 1, "yanchor": "bottom"},
    )
    from aecore.noise import TRAINED_ON

    levels = {denoise_kit.trained_level(run) for run in runs} - {None}
    for level in levels if setting.kind == TRAINED_ON else ():
        chart.add_vline(
            level,
            line={"width": 2.5, "color": "#8a8a8a"},
            opacity=0.5,
            annotation={"text": "trained here", "yref": "paper", "y": 0.92, "xanchor": "left"},
        )
