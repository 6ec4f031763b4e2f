"""The denoising field: where the chosen model moves every image of a flat slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached, draw_kit, explore_address, images, lab, linked

if TYPE_CHECKING:
    from aecore.denoising_field import Field, Slice
    from aecore.runs import ListedRun
    from ui.denoise_kit import Case

STEPS = 17
HEIGHT = 560
USUAL, ARROW = 0.45, 0.9  # of a cell: an arrow of median length, and the longest
SLICES = {"noise": "Its digit, its noise, another digit", "digits": "Three digits"}
BUILT_IN = "digits"


def field(chosen: ListedRun, case: Case) -> None:
    """The slice's three corners, and the chart."""
    from aecore import denoising_field
    from aecore.runs import RunError

    cached.need("plotly.graph_objects", "aecore.denoising_field")
    kind = explore_address.choose("slice", "The slice goes through", SLICES, "noise")
    with st.container(horizontal=True):
        second = linked.whole("other", "Another digit", 0, 9, 8, width=140)
        third = linked.whole("third", "And a third", 0, 9, 4, width=140) if kind == "digits" else 0
    corners = {"your digit": case.clean, f"a real {second}": example(second)}
    if kind == "noise":
        corners = {"your digit": case.clean, "with its noise": case.noisy} | corners
    else:
        corners[f"another {third}" if third == second else f"a real {third}"] = example(
            third, 1 if third == second else 0
        )
    try:
        plane = denoising_field.slice_through(*map(_tensor, corners.values()))
        found = denoising_field.field(cached.run(chosen.folder).model, plane, STEPS)
    except ValueError as error:  # RunError is one
        if isinstance(error, RunError):
            st.error(str(error))
        else:
            st.info(f"There is no slice: {error}. Draw a digit, or turn the noise up.")
        return
    left, right = st.columns([5, 2], gap="large")
    with left:
        st.plotly_chart(chart(plane, found, list(corners)), config={"displayModeBar": False})
    with right:
        st.html(lab.cards([_corner(name, each) for name, each in corners.items()]))
        st.caption(
            "Each arrow begins at an image and points where the model moves it, r(x) − x, as far "
            "as that lies in the slice. Shade: how far it moves in all directions together."
        )


def _tensor(image: np.ndarray):
    import torch

    return torch.tensor(np.asarray(image), dtype=torch.float32)


def example(label: int, nth: int = 0) -> np.ndarray:
    """A real digit of a class, from the data set that is always there: (28, 28) in [0, 1].

    The most typical one, which is nearest to the class's mean; or the next, by `nth`.
    """
    pictures, labels = draw_kit.test_digits(BUILT_IN)
    members = pictures[labels == label].astype(np.float32) / 255
    from_mean = np.square(members - members.mean(0)).sum((1, 2))
    return members[from_mean.argsort(kind="stable")[nth]]


def _corner(name: str, image: np.ndarray) -> str:
    return lab.card(images.digit(np.clip(image, 0, 1), name), name.capitalize())


def chart(plane: Slice, found: Field, names: list[str]):
    """The field as arrows over the lengths, as a Plotly figure; distances in pixel values."""
    import plotly.graph_objects as go

    xs, ys = found.xs.numpy(), found.ys.numpy()
    figure = go.Figure(
        go.Heatmap(
            x=xs,
            y=ys,
            z=found.lengths.numpy(),
            zsmooth="best",
            colorscale=[[0, "rgba(23,99,111,0)"], [1, "rgba(23,99,111,0.6)"]],
            colorbar={
                "title": {"text": "moved by", "side": "top"},
                "orientation": "h",
                "thickness": 10,
                "y": -0.12,
                "yanchor": "top",
            },
            hovertemplate="moved by %{z:.1f}<extra></extra>",
        )
    )
    starts, tips = arrows(found)
    gaps = np.full((len(starts), 2), np.nan)
    path = np.stack([starts, tips, gaps], 1).reshape(-1, 2)
    plain = {"hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(
        x=path[:, 0], y=path[:, 1], mode="lines", line={"width": 1.3, "color": "#8a8a8a"}, **plain
    )
    turned = np.degrees(np.arctan2(*(tips - starts).T))
    figure.add_scatter(
        x=tips[:, 0],
        y=tips[:, 1],
        mode="markers",
        **plain,
        marker={"symbol": "triangle-up", "size": 6, "angle": turned, "color": "#8a8a8a"},
    )
    places = plane.corners.numpy()
    figure.add_scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers+text",
        text=names,
        showlegend=False,
        textposition="top center",
        textfont={"size": 15},
        marker={"size": 11},
        hoverinfo="skip",
    )
    figure.update_layout(height=HEIGHT, margin={"t": 10, "r": 10, "b": 10, "l": 10})
    axis = {"showgrid": False, "zeroline": False, "constrain": "domain"}
    figure.update_xaxes(title="distance between images", **axis)
    figure.update_yaxes(scaleanchor="x", **axis)
    return figure


def arrows(found: Field) -> tuple[np.ndarray, np.ndarray]:
    """Where each arrow begins and ends, (n, 2) each; long ones are cut at nearly a cell."""
    ys, xs = np.meshgrid(found.ys.numpy(), found.xs.numpy(), indexing="ij")
    starts = np.stack([xs, ys], -1).reshape(-1, 2)
    steps = found.steps.numpy().reshape(-1, 2)
    cell = float(found.xs[1] - found.xs[0])
    lengths = np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-9)
    drawn = np.minimum(lengths / np.median(lengths) * USUAL, ARROW) * cell
    return starts, starts + steps / lengths * drawn
