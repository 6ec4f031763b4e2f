"""The pitfall of the drawing that is off centre: a trained model, and digits moved aside."""

import numpy as np
import torch
from torch import Tensor

from aecore import data, drawing
from aecore.latent import nearest
from aecore.latent_space import latent_space
from aecore.losses import mean_squared_error
from aecore.pitfalls import Chart, Figure, Result, Role, Strip, Verdict, as_bytes, line
from aecore.places import checkpoints_folder
from aecore.runs import Run, load
from aecore.snapshots import choose_probes

ID = "off_centre"
RUN = "vae-mnist"
SHIFTS = tuple(range(9))  # pixels to the right
FAR = 6  # the shift of the figures and of the pictures
IMAGES = 500
LABELS: dict[Role, str] = {"broken": "as it was drawn", "cured": "centred by its mass first"}


def moved(images: Tensor, right: int) -> Tensor:
    """Images (B, 1, H, W) moved to the right by so many pixels; paper comes in at the left."""
    out = torch.zeros_like(images)
    out[..., right:] = images[..., : images.shape[-1] - right]
    return out


def centred(images: Tensor) -> Tensor:
    """Images (B, 1, 28, 28) in [0, 1] through `aecore.drawing.normalise`, one by one."""
    found = [drawing.normalise(image).image for image in images[:, 0].numpy()]
    return torch.tensor(np.stack(found))[:, None]


@torch.no_grad()
def measure(run: Run, x: Tensor, labels: Tensor) -> tuple[float, float]:
    """The squared error of images (B, 1, 28, 28), and how often the nearest codes tell a class."""
    space = latent_space(run)
    code = run.model.encode(x)
    error = mean_squared_error(torch.sigmoid(run.model.decode(code.z)), x).mean().item()
    _, neighbours = nearest(code.z, space.code.z.float(), k=10)
    told = space.labels[neighbours].mode(1).values
    return error, (told == labels).float().mean().item()


@torch.no_grad()
def follow() -> Result:
    """Test digits moved aside, through a shipped VAE, as they are and centred.

    Raises:
        DatasetMissing: MNIST isn't here; says what to do. RunError: the shipped run isn't.
    """
    run, dataset = load(checkpoints_folder() / RUN), data.load("mnist")
    x, labels = data.to_float(dataset.test.images[:IMAGES]), dataset.test.labels[:IMAGES]
    measured: dict[Role, list[tuple[float, float]]] = {"broken": [], "cured": []}
    for shift in SHIFTS:
        shifted = moved(x, shift)
        measured["broken"].append(measure(run, shifted, labels))
        measured["cured"].append(measure(run, centred(shifted), labels))
    strips, pictures = _pictures(run, moved(choose_probes(dataset).images, FAR))
    verdict = Verdict(
        id=ID,
        **LABELS,
        conditions=(
            f"The shipped {run.info.title}, the first {IMAGES} test images, moved to the right by "
            f"0 to {SHIFTS[-1]} pixels. Figures and pictures: {FAR} pixels. Class: the vote of the "
            "10 nearest codes among those of 5,000 training images."
        ),
        charts=[
            _chart("Squared error a pixel", [(r, [row[0] for row in measured[r]]) for r in LABELS]),
            _chart(
                "Class told by the nearest codes, %",
                [(r, [100 * row[1] for row in measured[r]]) for r in LABELS],
            ),
        ],
        figures=_figures(measured["broken"][FAR], measured["cured"][FAR]),
        strips=strips,
    )
    return Result(verdict, pictures)


def _chart(title: str, found: list[tuple[Role, list[float]]]) -> Chart:
    lines = [line(LABELS[role], role, SHIFTS, values) for role, values in found]
    return Chart(title=title, x="pixels to the right", y="", lines=lines)


def _figures(broken: tuple[float, float], cured: tuple[float, float]) -> list[Figure]:
    """The two measures at one shift."""
    return [
        Figure(what="squared error a pixel", broken=broken[0], cured=cured[0], digits=4),
        Figure(
            what="class told by the nearest codes",
            broken=100 * broken[1],
            cured=100 * cured[1],
            unit="%",
            digits=1,
        ),
    ]


def _pictures(run: Run, shifted: Tensor) -> tuple[list[Strip], dict[str, Tensor]]:
    """Moved digits as they are and centred, and what the model rebuilds of each."""
    strips, pictures = [], {}
    inputs: dict[Role, Tensor] = {"broken": shifted, "cured": centred(shifted)}
    for role, images in inputs.items():
        for kind, shown in (("seen", images), ("rebuilt", run.model.reconstruct(images))):
            given = kind == "seen" and role == "broken"
            title = f"moved {FAR} pixels to the right" if given else f"{kind}: {LABELS[role]}"
            name = f"{kind}_{role}"
            strips.append(Strip(title=title, role="truth" if given else role, pictures=name))
            pictures[name] = as_bytes(shown)
    return strips, pictures
