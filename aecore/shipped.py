"""The runs that ship with the project: one table, and the making of one row of it.

`python -m aecore ship` trains them again from here; nothing in checkpoints/ is made by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aecore import data
from aecore.config import with_changes
from aecore.fitting import begin
from aecore.models import catalog
from aecore.run_info import Card, Contrast, PublishedFigure, Recipe
from aecore.runs import Run
from aecore.tensor_files import in_half
from aecore.training import Progress, TrainConfig

FIRST_TRAINING = TrainConfig(initial_weights="torch")  # they were trained before LeCun's


@dataclass(frozen=True)
class Shipped:
    """A row: which model on which data, what differs from the defaults, what to hold it against."""

    model: str
    dataset: str = "mnist"
    variant: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    remarks: str = ""
    published: tuple[PublishedFigure, ...] = ()
    contrast: tuple[str, Mapping[str, Any]] | None = None  # label, changed config

    @property
    def name(self) -> str:
        """The run's folder in checkpoints/."""
        return "-".join(part for part in (self.model, self.dataset, self.variant) if part)

    def recipe(self, changes: Mapping[str, Any] | None = None) -> Recipe:
        """The recipe that makes this run; `changes` are put over its model config."""
        entry = catalog.entry(self.model)
        return Recipe(
            model=self.model,
            config=catalog.configure(self.model, {**self.config, **(changes or {})}),
            dataset=self.dataset,
            training=with_changes(FIRST_TRAINING, {**entry.training, **self.training}),
            seed=self.seed,
        )


BINARISED = (
    "binarised MNIST: a likelihood of black-and-white images, another quantity than the "
    "cross-entropy of grey pixels given here"
)
VAE_PUBLISHED = (
    PublishedFigure(
        what="negative log-likelihood, nats",
        value=89.78,
        source="pythae 0.1.2, reproduction of VAE with importance weighting",
        conditions=f"MLP 784-400, z = 40, 200 importance samples, up to 500 epochs; {BINARISED}",
        same_quantity=False,
    ),
    PublishedFigure(
        what="negative log-likelihood, nats",
        value=86.76,
        source="Burda et al. 2016, table 1, VAE with one stochastic layer",
        conditions=f"z = 50, 5,000 importance samples, dynamically binarised; {BINARISED}",
        same_quantity=False,
    ),
)
VQ_PUBLISHED = (
    PublishedFigure(
        what="squared error over pixel variance",
        value=0.0444,
        source="Keras example «Vector-Quantized Variational Autoencoders»",
        conditions="K = 128, d = 16, 30 epochs, measured while training",
        same_quantity=True,
        metric="mse_over_variance",
    ),
)

STYLE = (
    "Trained with β = 1.5: at β = 1 the code keeps some of the class, and more of the digits asked "
    "for come out as another one. The figures are those of the plain ELBO."
)

SHIPPED: list[Shipped] = [
    Shipped("ae"),
    Shipped("conv_ae"),
    Shipped("denoising_ae"),
    Shipped(
        "sparse_ae",
        contrast=("without the penalty", {"sparsity": 0.0}),
    ),
    Shipped("vae", published=VAE_PUBLISHED),
    Shipped("conv_vae", published=VAE_PUBLISHED),
    Shipped("beta_vae", contrast=("β = 1", {"beta": 1.0})),
    Shipped("cvae", config={"beta": 1.5}, training={"epochs": 80}, remarks=STYLE),
    Shipped("vq_vae", published=VQ_PUBLISHED),
]


def make(row: Shipped, on_progress: Callable[[Progress], None]) -> Run:
    """Trains a row from its recipe, and its contrast where it has one, and writes its card."""
    dataset = data.load(row.dataset)
    run = _train(row.recipe(), dataset, on_progress)
    contrast = None
    if row.contrast:
        label, changes = row.contrast
        beside = _train(row.recipe(changes), dataset, on_progress)
        contrast = Contrast(label=label, changes=dict(changes), metrics=beside.info.metrics)
    entry, training = catalog.entry(row.model), run.recipe.training
    card = Card(
        title=f"{entry.title} on {dataset.title}",
        summary=entry.summary,
        conditions=(
            f"Trained on the {len(dataset.train.labels):,} training images of {dataset.title}, "
            f"grey pixels in [0, 1], no augmentation: {training.epochs} epochs, batches of "
            f"{training.batch_size}, Adam with a {training.schedule.replace('_', '-')} learning "
            f"rate up to {training.learning_rate:g}, seed {row.seed}. Judged on the "
            f"{len(dataset.test.labels):,} test images, which training never saw."
        ),
        remarks=row.remarks,
        published=row.published,
        contrast=contrast,
    )
    run.info = run.info.model_copy(update={"card": card})
    return run


def _train(recipe: Recipe, dataset: data.Dataset, on_progress: Callable[[Progress], None]) -> Run:
    fitting = begin(recipe, dataset)
    for progress in fitting.progress():
        on_progress(progress)
    model = fitting.training.model
    model.load_state_dict(in_half(model.state_dict()))  # as it ships, so as it is measured
    return fitting.finish()
