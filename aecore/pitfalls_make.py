"""`python -m aecore pitfalls`: all results that the page Pitfalls shows, made anew."""

import argparse
from collections.abc import Callable
from functools import partial

from tqdm import tqdm

from aecore import pitfalls, pitfalls_judge, pitfalls_shift, pitfalls_tsne
from aecore.config import ConfigError
from aecore.pitfalls import Result
from aecore.pitfalls_pairs import PAIRS

PITFALLS: dict[str, Callable[..., Result]] = {
    **{name: partial(pitfalls_judge.follow, pair) for name, pair in PAIRS.items()},
    pitfalls_shift.ID: lambda on_step: pitfalls_shift.follow(),
    pitfalls_tsne.ID: lambda on_step: pitfalls_tsne.follow(),
}


def make_pitfalls(options: argparse.Namespace) -> None:
    """Makes the results named, or all, and prints their figures."""
    unknown = set(options.names) - PITFALLS.keys()
    if unknown:
        raise ConfigError(
            f"no pitfall is called {', '.join(sorted(unknown))}; there are {', '.join(PITFALLS)}"
        )
    for name, make in PITFALLS.items():
        if options.names and name not in options.names:
            continue
        with tqdm(total=100, desc=name) as bar:

            def report(words: str, done: float, bar: tqdm = bar) -> None:
                bar.set_description(words)
                bar.update(round(100 * done) - bar.n)

            result = make(on_step=report)
        pitfalls.save(result)
        for each in result.verdict.figures:
            values = f"{each.broken:.{each.digits}f} -> {each.cured:.{each.digits}f} {each.unit}"
            print(f"  {each.what:<60} {values}")
