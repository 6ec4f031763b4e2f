"""An autoencoder and a VAE side by side: the same digit, the same nudges, the same noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached, curves, images, linked, readout, theory_digit

if TYPE_CHECKING:
    from aecore.models.base import Abilities
    from aecore.runs import Run

SHOWN = 10
SEED = "theory_noise_seed"
ROWS = (
    ("encodes to", "a point z", "a cloud: μ and σ for each coordinate"),
    ("is trained for", "the squared error", "cross-entropy + KL, in nats: −ELBO"),
    ("codes lie", "wherever they fell", "around the origin, as N(0, I) does"),
    ("near a code", "anything: nobody asked", "the same digit: training drew from there"),
    ("new digits", "not without a fitted distribution", "decode z ~ N(0, I)"),
    ("pays with", "holes in the latent space", "softer strokes"),
)


def _plain(abilities: Abilities) -> bool:
    return not any(vars(abilities).values())


def _variational(abilities: Abilities) -> bool:
    return abilities.posterior and not abilities.conditional


def side_by_side() -> None:
    """The digit through both, its code nudged, and noise decoded."""
    found = [next(iter(theory_digit.runs(fits).values()), None) for fits in (_plain, _variational)]
    if None in found:
        st.info("This needs a trained autoencoder and a trained VAE: `python -m aecore ship`.")
        return
    cached.need("aecore.reading", "aecore.drawing")
    from aecore.tensor_files import RunError

    try:
        runs = [cached.run(each.folder) for each in found]
    except (RunError, OSError) as error:
        st.error(str(error))
        return
    digit = theory_digit.choose(runs[0])
    if digit is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = "Nudge the code by noise of σ"
        amount = linked.slide("nudge", words, 0.0, 3.0, 0.5, 0.25, width=300)
        st.button("Other noise", icon=":material/casino:", on_click=_again, key="other-noise")
    st.html(curves.style())
    for column, each, run in zip(st.columns(2, gap="large"), found, runs, strict=True):
        with column:
            st.markdown(f"**{each.info.title}**")
            st.html(f'<div class="bn-both">{_through(run, digit[0])}</div>')
            st.html(_strips(run, digit[0], amount))
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td><td>{c}</td></tr>" for a, b, c in ROWS)
    heads = "<th></th><th>autoencoder</th><th>VAE</th>"
    st.html(f'<div class="bn-table"><table><tr>{heads}</tr>{rows}</table></div>')


def _again() -> None:
    st.session_state[SEED] = st.session_state.get(SEED, 0) + 1


def _through(run: Run, image: np.ndarray) -> str:
    from aecore.reading import read

    return readout.reading_html(read(run.model, image), None, None)


def _strips(run: Run, image: np.ndarray, amount: float) -> str:
    """HTML: the code with noise added, and noise alone, decoded."""
    import torch

    from aecore.latent_space import pictures

    generator = torch.Generator().manual_seed(st.session_state.get(SEED, 0))
    noise = torch.randn(2, SHOWN, run.model.latent_dim, generator=generator)
    with torch.inference_mode():
        code = run.model.encode(torch.tensor(image, dtype=torch.float32)[None, None]).z
    parts = []
    for words, codes in (
        (f"its code + {amount:g} × noise", code + amount * noise[0]),
        ("noise alone, N(0, I)", noise[1]),
    ):
        shown = pictures(run.model, codes, None).numpy()
        cells = "".join(images.digit(each, words) for each in shown)
        parts.append(f'<div class="truth"><p>{words}</p><div class="row">{cells}</div></div>')
    return f'<div class="bn-pair">{"".join(parts)}</div>'
