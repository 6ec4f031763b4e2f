"""How activations are spread: the chosen run's histogram beside that of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, explore_address, pickers, sparse_kit

if TYPE_CHECKING:
    from aecore.runs import ListedRun

HEIGHT = 300
MOST = 4  # runs to choose from


def histograms(chosen: ListedRun, others: list[ListedRun]) -> None:
    """Two histograms on one scale."""
    st.header("How often a unit says how much", anchor=False)
    cached.need("plotly.graph_objects")
    shown = [chosen]
    if others:
        titles = {each.id: pickers.short_title(each) for each in others[:MOST]}
        name = explore_address.choose("beside", "Beside it", titles, others[0].id)
        shown.append(next(each for each in others if each.id == name))
    st.plotly_chart(_chart(shown), key="histograms", config={"displayModeBar": False})
    shares = [f"{pickers.short_title(each)}: {_near_zero(each):.0%}" for each in shown]
    st.caption(
        "The size of each activation as a share of the same digit's largest one, over the training "
        f"digits that the runs keep. Up to 5 % counts as silent. {'; '.join(shares)} silent."
    )


def _near_zero(listed: ListedRun) -> float:
    from aecore.units import is_active

    space = sparse_kit.space(listed.folder)
    return 1 - float(is_active(space.code.z).float().mean())


def _chart(shown: list[ListedRun]):
    import plotly.graph_objects as go

    from aecore.units import histogram

    figure = go.Figure()
    for each in shown:
        edges, shares = histogram(sparse_kit.space(each.folder))
        middles = ((edges[1:] + edges[:-1]) / 2).numpy()
        figure.add_bar(x=middles, y=100 * shares.numpy(), name=pickers.short_title(each))
    figure.update_layout(
        height=HEIGHT,
        barmode="group",
        bargap=0.15,
        margin={"t": 10, "r": 10, "b": 10, "l": 10},
        legend={"orientation": "h", "y": 1.1},
    )
    figure.update_xaxes(title="share of the digit's largest activation", range=[0, 1])
    figure.update_yaxes(title="% of activations")
    return figure
