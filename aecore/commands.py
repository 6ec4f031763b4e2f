"""What each command of the command line does: a few lines around what a notebook would call."""

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from aecore import classifier, data, metrics
from aecore.config import ConfigError, bounds, field_rows, with_changes
from aecore.fitting import Fitting, begin, measured
from aecore.models import catalog
from aecore.places import checkpoints_folder
from aecore.runs import MAPS_FILE, Recipe, Run, check_place, load, save
from aecore.shipped import SHIPPED, make
from aecore.training import Progress, TrainConfig
from aecore.training_options import given_changes


def show_models(options: argparse.Namespace) -> None:
    """Prints the catalog: id, title, abilities, parameters, defaults with ranges."""
    rows = [describe_model(entry) for entry in catalog.CATALOG.values()]
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['id']}: {row['title']} ({row['parameters']:,} parameters)")
        print(f"  {row['summary']} Source: {row['source']}.")
        print(f"  can: {', '.join(row['abilities']) or 'reconstruct'}")
        for setting in row["settings"]:
            print(f"    {setting['name']:<18} {setting['default']!s:<16} {setting['allowed']}")
        print()


def describe_model(entry: catalog.Entry) -> dict:
    """A catalog row as plain data."""
    fields = type(entry.config).model_fields
    return {
        "id": entry.id,
        "title": entry.title,
        "summary": entry.summary,
        "source": entry.source,
        "abilities": [name for name, able in vars(entry.abilities).items() if able],
        "parameters": catalog.parameter_count(catalog.build(entry.id)),
        "settings": [
            {**row._asdict(), "range": bounds(fields[row.name])} for row in field_rows(entry.config)
        ],
    }


def show_datasets(options: argparse.Namespace) -> None:
    """Prints the data sets: what is here, what can be fetched, how large."""
    rows = [data.describe(name) for name in data.DATASETS]
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        size = f", {row['download_bytes'] / 1e6:.0f} MB to fetch" if row["download_bytes"] else ""
        here = "here" if row["available"] else f"python -m aecore fetch {row['name']}"
        print(f"{row['name']:<14} {row['title']}{size}: {here}")


def fetch(options: argparse.Namespace) -> None:
    """Downloads a data set with a progress bar."""
    with tqdm(unit="B", unit_scale=True, desc=options.dataset) as bar:

        def report(done: int, total: int, name: str) -> None:
            bar.total = total
            bar.set_postfix_str(name)
            bar.update(done - bar.n)

        data.download(options.dataset, progress=report)


def train(options: argparse.Namespace) -> int:
    """Trains a recipe with a progress bar and saves the run; Ctrl-C saves what there is."""
    out = options.out or Path("runs") / f"{options.model}-{options.dataset}"
    check_place(out, options.force)
    fitting = begin(read_recipe(options))
    stopped = False
    try:
        follow(fitting)
        run = fitting.finish()
    except KeyboardInterrupt:
        stopped = True
        print("stopped: saving what was learnt", file=sys.stderr)
        run = fitting.finish(measure=False)
    save(run, out, force=options.force)
    print(f"{out}: {run.info.state} after {len(run.info.history)} epochs")
    print_metrics(run.info.metrics)
    return 130 if stopped else 0


def read_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe that the options of `train` describe.

    Raises:
        ConfigError: an unknown name, a value out of range; says what is valid.
    """
    entry = catalog.entry(options.model)
    of_model, of_training = given_changes(options)
    training = with_changes(TrainConfig(), entry.training)
    try:
        config = with_changes(entry.config, of_model)
    except ConfigError as error:
        raise ConfigError(f"{error}\nand of the training:\n{settings_of(training)}") from error
    return Recipe(
        model=entry.id,
        config=config,
        dataset=options.dataset,
        training=with_changes(training, of_training),
        seed=options.seed,
    )


def settings_of(training: TrainConfig) -> str:
    """The training's settings, a line each."""
    return "\n".join(f"  {row.name}  {row.allowed}" for row in field_rows(training))


def follow(fitting: Fitting) -> None:
    """Trains under a progress bar with the losses by name."""
    with tqdm(total=fitting.training.steps, unit="step", desc=fitting.recipe.model) as bar:
        for progress in fitting.progress():
            show(bar, progress)


def show(bar: tqdm, progress: Progress) -> None:
    """Moves a progress bar to where the training is."""
    bar.update(progress.step - bar.n)
    if progress.train:
        bar.set_postfix({name: f"{value:.4g}" for name, value in progress.train.items()})


def evaluate(options: argparse.Namespace) -> None:
    """Prints the metrics that fit a run's model, with their conditions."""
    run = load(options.run)
    dataset = data.load(options.dataset or run.recipe.dataset)
    if options.save and dataset.name != run.recipe.dataset:
        raise ConfigError("--save keeps figures on the run's own data set: leave out --dataset")
    if options.save:
        run = measured(run, dataset)
        save_again(run, options.run)
    found = run.info.metrics if options.save else metrics.evaluate(run.model, dataset)
    if options.json:
        rows = {name: measurement.model_dump() for name, measurement in found.items()}
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print_metrics(found)


def save_again(run: Run, folder: Path) -> None:
    """Saves a run in its own place; its maps stay, as they are of the same model."""
    maps = folder / MAPS_FILE
    kept = maps.read_bytes() if maps.exists() else None
    save(run, folder, force=True)
    if kept is not None:
        maps.write_bytes(kept)


def print_metrics(found: dict[str, metrics.Measurement]) -> None:
    """A metric a line: name, value, unit, conditions."""
    for name, measurement in found.items():
        value = f"{measurement.value:.5g} {measurement.unit}".strip()
        print(f"  {name:<22} {value:<20} {measurement.conditions}")


def ship(options: argparse.Namespace) -> None:
    """Trains the runs that ship with the project, and the classifier that judges samples."""
    unknown = set(options.names) - {row.name for row in SHIPPED}
    if unknown:
        raise ConfigError(f"no shipped run is called {', '.join(sorted(unknown))}")
    for row in SHIPPED:
        if options.names and row.name not in options.names:
            continue
        if not classifier.exists(row.dataset):
            make_classifier(row.dataset)
        with tqdm(unit="step", desc=row.name) as bar:

            def report(progress: Progress, bar: tqdm = bar) -> None:
                if progress.step == 0:
                    bar.reset(progress.steps)
                show(bar, progress)

            run = make(row, report)
        save(run, checkpoints_folder() / row.name, force=True, half=True)
        print_metrics(run.info.metrics)


def make_classifier(dataset_name: str) -> None:
    """Trains and saves the classifier of a data set."""
    dataset = data.load(dataset_name)
    for result in classifier.train(dataset):
        print(f"classifier: {result[1]:.4f} of the test images recognised", flush=True)
    model, accuracy = result
    classifier.save(model, dataset, accuracy)


def make_maps(options: argparse.Namespace) -> None:
    """Makes the latent maps that runs lack, one after the other, and keeps them with the runs."""
    from aecore import map_making  # it brings scikit-learn along

    for folder in options.runs:
        map_making.make_maps(folder, lambda words: print(words, flush=True))
