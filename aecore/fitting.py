"""From a recipe to a run: what the command line, the pages and a notebook all call.

fitting = begin(Recipe(model="vae", dataset="digits"))
for progress in fitting.progress():
    print(progress.epoch, progress.train)
run = fitting.finish()
save(run, "runs/my-first")
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecore import data, metrics, scores
from aecore.code_sample import sample_codes
from aecore.data import Dataset
from aecore.models import catalog
from aecore.run_info import Recipe, RunInfo, Timing
from aecore.runs import Run
from aecore.snapshots import choose_probes, probe_arrays
from aecore.training import Progress, Training, start, train


@dataclass
class Fitting:
    """A recipe being followed: its data, its training, and what will become its run."""

    recipe: Recipe
    dataset: Dataset
    training: Training

    def progress(self) -> Iterator[Progress]:
        """Trains, reporting on the way; leaving the loop stops the training."""
        return train(self.training, self.dataset)

    @property
    def state(self) -> str:
        """Whether all epochs are done."""
        done = len(self.training.history) >= self.training.config.epochs
        return "finished" if done else "stopped"

    def finish(self, measure: bool = True) -> Run:
        """The run as it stands, stopped or finished, with its test metrics if `measure`."""
        training = self.training
        model = training.model.cpu().to(memory_format=torch.contiguous_format).eval()
        info = RunInfo(
            recipe=self.recipe,
            state=self.state,
            steps_done=training.step,
            history=training.history,
            changes=tuple(training.changes),
            timing=_timing(training),
        )
        run = Run(info, model=model, snapshots=_stack_snapshots(training, self.dataset))
        return measured(run, self.dataset) if measure else run


def begin(recipe: Recipe, dataset: Dataset | None = None) -> Fitting:
    """A fitting ready to run, its data loaded and its model built from the recipe's seed.

    Raises:
        DatasetMissing: the data set isn't here; says what to do.
    """
    dataset = dataset or data.load(recipe.dataset)
    model = catalog.build(recipe.model, recipe.config, recipe.seed, recipe.training.initial_weights)
    return Fitting(recipe, dataset, start(model, dataset, recipe.training, recipe.seed))


def measured(run: Run, dataset: Dataset) -> Run:
    """The run with its test metrics, the spread of its scores, and the codes that pages need."""
    found = {
        "metrics": metrics.evaluate(run.model, dataset),
        "reference": scores.reference(run.model, dataset),
    }
    return Run(
        run.info.model_copy(update=found),
        folder=run.folder,
        model=run.model,
        snapshots=run.snapshots,
        optimizer=run.optimizer,
        codes=sample_codes(run.model, dataset),
    )


def _timing(training: Training) -> Timing:
    images = training.step * min(training.config.batch_size, training.images)
    return Timing(
        seconds=round(training.seconds, 1),
        images_per_second=round(images / training.seconds) if training.seconds else 0,
        device=training.device.type,
        precision=training.precision,
        threads=torch.get_num_threads(),
    )


def _stack_snapshots(training: Training, dataset: Dataset) -> dict[str, Tensor]:
    """All snapshots in one table of arrays, with the probes themselves: needs no data set."""
    probes = choose_probes(dataset)
    stacked = {
        name: torch.from_numpy(np.stack([frame[name] for frame in training.snapshots]))
        for name in (training.snapshots[0] if training.snapshots else {})
    }
    return {
        **stacked,
        "steps": torch.tensor(training.snapshot_steps),
        **{name: torch.from_numpy(array) for name, array in probe_arrays(probes).items()},
    }
