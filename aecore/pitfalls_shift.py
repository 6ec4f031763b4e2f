"""The pitfall of the drawing that is off centre: a trained model, and digits moved aside."""

import numpy as np
import torch
from torch import Tensor

from aecore import data, drawing
from aecore.latent import nearest
from aecore.latent_space import latent_space
from aecore.losses import mean_squared_error
from aecore.pitfalls import Chart, Figure, Result, Strip, Verdict, as_bytes, line
from aecore.places import checkpoints_folder
from aecore.runs import Run, load
from aecore.snapshots import choose_probes

ID = "off_centre"
RUN = "vae-mnist"
SHIFTS = tuple(range(9))  # pixels to the right
FAR = 6  # the shift of the figures and of the pictures
IMAGES = 500
LABELS = {"broken": "as it was drawn", "cured": "centred by its mass first"}


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
    measured = {"broken": [], "cured": []}
    for shift in SHIFTS:
        shifted = moved(x, shift)
        measured["broken"].append(measure(run, shifted, labels))
        measured["cured"].append(measure(run, centred(shifted), labels))
    errors, shares = (
        Chart(
            title=title,
            x="pixels to the right",
            y="",
            lines=[
                line(LABELS[role], role, SHIFTS, [scale * row[index] for row in rows])
                for role, rows in measured.items()
            ],
        )
        for index, scale, title in (
            (0, 1, "Squared error a pixel"),
            (1, 100, "Class told by the nearest codes, %"),
        )
    )
    shifted = moved(choose_probes(dataset).images, FAR)
    inputs = {"broken": shifted, "cured": centred(shifted)}
    pictures, strips = {}, []
    for role, images in inputs.items():
        for kind, shown in (("seen", images), ("rebuilt", run.model.reconstruct(images))):
            pictures[f"{kind}_{role}"] = as_bytes(shown)
            given = kind == "seen" and role == "broken"
            title = f"moved {FAR} pixels to the right" if given else f"{kind}: {LABELS[role]}"
            name = f"{kind}_{role}"
            strips.append(Strip(title=title, role="truth" if given else role, pictures=name))
    (error, share), (error_cured, share_cured) = (rows[FAR] for rows in measured.values())
    verdict = Verdict(
        id=ID,
        **LABELS,
        conditions=(
            f"The shipped {run.info.title}, the first {IMAGES} test images, moved to the right by "
            f"0 to {SHIFTS[-1]} pixels. Figures and pictures: {FAR} pixels. Class: the vote of the "
            "10 nearest codes among those of 5,000 training images."
        ),
        charts=[errors, shares],
        figures=[
            Figure(what="squared error a pixel", broken=error, cured=error_cured, digits=4),
            Figure(
                what="class told by the nearest codes",
                broken=100 * share,
                cured=100 * share_cured,
                unit="%",
                digits=1,
            ),
        ],
        strips=strips,
    )
    return Result(verdict, pictures)
