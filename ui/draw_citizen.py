"""One digit among all others, as HTML: where it was missed, what it costs, how odd, who is near."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from ui import bars, images

if TYPE_CHECKING:
    from aecore.reading import Reading
    from ui.cached import Sight
    from ui.draw_kit import Citizen

NAMES = {"mse": "the squared error", "negative_elbo_nats": "the −ELBO"}
UNITS = {"mse": "{:.4f} a pixel", "negative_elbo_nats": "{:.0f} nats"}


def citizen_html(sight: Sight, odd: dict[str, float], found: Citizen) -> str:
    """All there is to say of a sight that has a reading; `odd` as `aecore.citizen.oddness`."""
    reading = sight.reading
    parts = [
        _panel("error", "Where it was missed", error_map(reading), _error_words()),
        _panel("odd", "How odd it is", _gauges(reading, odd), _odd_words(odd)),
    ]
    if reading.kl is not None:
        words = _kl_words(reading, found.usage is not None)
        parts.append(_panel("kl", "What each coordinate costs", kl_bars(reading, found), words))
    near = _panel("near", "Its nearest training digits", _near(found), _near_words(found, reading))
    return f'<div class="bn-citizen">{"".join(parts)}</div>{near}'


def _panel(name: str, title: str, content: str, words: str) -> str:
    return f'<section class="bn-fact bn-{name}"><h4>{title}</h4>{content}<p>{words}</p></section>'


def error_map(reading: Reading) -> str:
    """Ink that the reconstruction lacks and ink that it adds, in two colours on paper."""
    difference = reading.reconstruction - reading.image
    lacks, adds = (images.ink(np.maximum(0, part)) for part in (-difference, difference))
    return (
        '<span class="bn-digit bn-difference" role="img" aria-label="error map" '
        f'style="--image:url({lacks});--more:url({adds})"></span>'
    )


def _error_words() -> str:
    return '<b class="bn-lacks">Ink that is missing</b>, <b class="bn-adds">ink that is added</b>'


def _gauges(reading: Reading, odd: dict[str, float]) -> str:
    rows = [_gauge(name, reading.scores[name], share) for name, share in odd.items()]
    return f'<div class="bn-gauges">{"".join(rows)}</div>'


def _gauge(name: str, score: float, share: float) -> str:
    return (
        f"<div>By {NAMES[name]}, {UNITS[name].format(score)}: <b>{odder(share)}</b>"
        f'<span class="bn-gauge" style="--p:{share:.3f}"></span></div>'
    )


def odder(share: float) -> str:
    """The share of test digits that are less odd, in words: never more than was measured."""
    if share >= 1:
        return "odder than every test digit"
    if share <= 0:
        return "less odd than every test digit"
    return f"odder than {min(99, int(100 * share + 0.5))}&nbsp;% of test digits"


def _odd_words(odd: dict[str, float]) -> str:
    if not odd:
        return "This run keeps no figures of its test digits to compare with."
    return "Its own test digits are the measure; their figures come with the run."


def kl_bars(reading: Reading, found: Citizen) -> str:
    """A bar for each coordinate's KL, and a tick at what training digits spend on it."""
    usual = np.zeros_like(reading.kl) if found.usage is None else found.usage
    scale = bars.nice_scale(max(1.0, float(reading.kl.max()), float(usual.max())))
    columns = "".join(
        f'<i title="coordinate {i + 1}: {kl:.2f} nats, training digits {u:.2f}" '
        f'style="--v:{kl / scale:.3f};--u:{u / scale:.3f}"></i>'
        for i, (kl, u) in enumerate(zip(reading.kl, usual, strict=True))
    )
    return (
        f'<div class="bn-bars"><div class="bn-axis" aria-hidden="true"><span>{scale:.0f}</span>'
        f'<span>0</span></div><div class="bn-costs" role="img" aria-label="KL of each coordinate, '
        f'in nats" style="--n:{len(usual)}">{columns}</div></div>'
    )


def _kl_words(reading: Reading, ticks: bool) -> str:
    total = f"KL in nats, {reading.kl.sum():.1f} in all."
    return total + (" Tick: what a training digit spends on average." if ticks else "")


def _near(found: Citizen) -> str:
    near = found.neighbours
    cards = [
        f"<figure>{images.digit(picture, f'a training digit, a {label}')}"
        f"<figcaption><b>a {label}</b> at {distance:.2f}<br>"
        f"<small>no. {number + 1:,}</small></figcaption></figure>"
        for picture, label, distance, number in zip(
            found.pictures, near.labels, near.distances, near.numbers, strict=True
        )
    ]
    return f'<div class="bn-neighbours">{"".join(cards)}</div>'


def _near_words(found: Citizen, reading: Reading) -> str:
    if not found.known:
        return "This run keeps no codes of training digits, so nobody is known to be near."
    seen = (
        "the images themselves"
        if found.real
        else "as the model rebuilds them from their codes: the images aren't on this machine"
    )
    words = f"Of {found.known:,} training digits, by distance between codes; shown: {seen}."
    if reading.label is not None:
        words += " The class isn't in this model's code, so what is near is a like hand."
    return html.escape(words)
