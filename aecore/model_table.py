"""The README's table of models, made from the catalog and from the metrics of the shipped runs.

`python -m aecore.model_table` writes it anew between the markers in README.md.
"""

from collections.abc import Mapping
from pathlib import Path

from aecore.metrics import Measurement
from aecore.models import catalog
from aecore.models.base import Model
from aecore.places import checkpoints_folder
from aecore.runs import RunInfo, list_runs

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- models:begin -->", "<!-- models:end -->"
DATASET = "mnist"

# The columns of figures: metric, heading, format.
COLUMNS = [
    ("mse", "MSE", "{:.4f}"),
    ("pca_mse", "PCA's MSE", "{:.4f}"),
    ("negative_elbo_nats", "−ELBO, nats", "{:.1f}"),
    ("knn_accuracy", "kNN", "{:.1%}"),
]
# What only some models have stands in the last column, in words.
ALSO = {
    "kl_nats": "KL {:.1f} nats",
    "active_units": "{:.0f} active coordinates",
    "denoised_mse": "MSE {:.4f} from noise",
    "noisy_mse": "the noise itself {:.4f}",
    "inactive_share": "{:.0%} of activations near zero",
    "recognised": "{:.1%} of asked-for digits recognised",
    "mse_over_variance": "{:.1%} of the pixels' variance lost",
    "codes_used": "{:.0%} of the codes used",
}


def model_table(checkpoints: Path | None = None) -> str:
    """The table in Markdown: a row for each model of the catalog, figures where a run ships."""
    runs = shipped_runs(checkpoints or checkpoints_folder())
    headings = ["id", "model", "code", "parameters", *(title for _, title, _ in COLUMNS), "also"]
    lines = [headings, ["---", "---", "---", "--:", *("--:" for _ in COLUMNS), "---"]]
    lines += [row(entry, runs.get(entry.id)) for entry in catalog.CATALOG.values()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def shipped_runs(checkpoints: Path) -> dict[str, RunInfo]:
    """The default MNIST run of each model that has one: checkpoints/MODEL-mnist."""
    runs = {run.id: run.info for run in list_runs(checkpoints) if run.info}
    named = {model_id: f"{model_id}-{DATASET}" for model_id in catalog.CATALOG}
    return {model_id: runs[name] for model_id, name in named.items() if name in runs}


def row(entry: catalog.Entry, run: RunInfo | None) -> list[str]:
    """The cells of one model; its architecture is the catalog's default."""
    model = catalog.build(entry.id)
    metrics = run.metrics if run else {}
    return [
        f"`{entry.id}`",
        entry.title,
        code_in_words(model),
        f"{catalog.parameter_count(model):,}",
        *(figure(metrics, name, form) for name, _, form in COLUMNS),
        "; ".join(figure(metrics, name, form) for name, form in ALSO.items() if name in metrics),
    ]


def code_in_words(model: Model) -> str:
    """«20 numbers», or «7 × 7 of 512 codes»."""
    if model.abilities.discrete:
        height, width = model.latent_shape[1:]
        return f"{height} × {width} of {len(model.codebook)} codes"
    return f"{model.latent_dim} numbers"


def figure(metrics: Mapping[str, Measurement], name: str, form: str) -> str:
    """A metric as the table shows it; empty where the model or its run has none."""
    return form.format(metrics[name].value) if name in metrics else ""


def with_table(readme: str, table: str) -> str:
    """The README's text with what stands between the markers replaced.

    Raises:
        ValueError: a marker is missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"README.md needs the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> None:
    """Writes the table into the README."""
    text = with_table(README.read_text(encoding="utf-8"), model_table())
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
