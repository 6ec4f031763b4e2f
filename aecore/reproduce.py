"""«Show me the code»: a short program in plain PyTorch that trains the very run again.

It is put together from the run: its layers as they stand in the model, its family's loss
(`Model.plain`), its data set, its settings and the changes made while it trained. It draws the
same random numbers in the same order, so that it prints the run's own losses.
"""

import ast
import inspect
from collections.abc import Iterator
from itertools import groupby
from textwrap import indent

from torch import nn

from aecore.changes import Change
from aecore.data import DATASETS
from aecore.models import catalog
from aecore.models.base import Model, PlainCode
from aecore.networks import resolve_initial_weights
from aecore.run_info import Recipe, RunInfo

ONE_CYCLE = """\
def one_cycle(done):  # the learning rate rises for 30 % of the steps, then falls to nothing
    low, x = (1 / 25, done / 0.3) if done < 0.3 else (1e-4, (1 - done) / 0.7)
    return low + (1 - low) * (1 - math.cos(math.pi * x)) / 2
"""

LECUN = (
    "for part in model.modules():  # initial weights after LeCun et al. 1998",
    "    if isinstance(part, nn.Linear):",
    '        nn.init.kaiming_normal_(part.weight, nonlinearity="linear")',
)


def program(info: RunInfo) -> str:
    """The program that trains a run again, as text. For a recipe: `RunInfo(recipe=recipe)`."""
    recipe = info.recipe
    model = catalog.build(recipe.model, recipe.config)
    half = info.timing.precision == "bfloat16" or recipe.training.precision == "bfloat16"
    plain = model.plain(".float()" if half else "")
    parts = [
        _heading(info),
        _imports(recipe),
        _layers(model, plain, recipe),
        *([plain.setup] if plain.setup else []),
        _settings(recipe, plain),
        f"\ndef loss(x, y):\n{indent(plain.loss, '    ')}",
        *([f"\n{ONE_CYCLE}"] if recipe.training.schedule == "one_cycle" else []),
        "\n" + _data(recipe),
        _loop(info, half),
    ]
    return "\n".join(parts)


def _heading(info: RunInfo) -> str:
    entry, source = info.recipe.entry, DATASETS[info.recipe.dataset]
    needs = "torch torchvision"
    if source.builtin:
        needs = ". (in Bottleneck's folder, for the data alone)"
    lines = [f'"""{entry.title} on {source.title} in plain PyTorch ({entry.source}).']
    if info.timing.device != "cpu":
        lines += [
            "",
            f"The run was trained on {info.timing.device}, which draws other random numbers:",
            "expect as good a model, not the same digits.",
            "",
        ]
    return "\n".join([*lines, f"Needs: pip install {needs}", '"""', ""])


def _imports(recipe: Recipe) -> str:
    source = DATASETS[recipe.dataset]
    lines = ["import math", ""] if recipe.training.schedule == "one_cycle" else []
    lines += ["import torch", "from torch import nn", "from torch.nn import functional as F"]
    if source.builtin:
        return "\n".join([*lines, "", "from aecore import data", ""])
    return "\n".join([*lines, f"from torchvision.datasets import {source.folder}", ""])


def _layers(model: Model, plain: PlainCode, recipe: Recipe) -> str:
    """The model's parts that the loss calls, made in the order in which the model makes them."""
    names = [name for name, _ in model.named_children() if f"{name}(" in plain.loss]
    lines = [f"torch.manual_seed({recipe.seed})"]
    for name in names:
        layer = getattr(model, name)
        if isinstance(layer, nn.Sequential):
            inner = indent(filled([layer_code(part) for part in layer]), "    ")
            lines.append(f"{name} = nn.Sequential(\n{inner}\n)")
        else:
            lines.append(f"{name} = {layer_code(layer)}")
    lines.append(f"model = nn.ModuleList([{', '.join(names)}])")
    if resolve_initial_weights(recipe.training.initial_weights, model) == "lecun":
        lines += LECUN
    return "\n".join([*lines, ""])


def filled(calls: list[str], width: int = 84) -> str:
    """Calls with commas between them, as many on a line as there is room for."""
    lines = [""]
    for call in calls:
        if lines[-1] and len(lines[-1]) + len(call) > width:
            lines.append("")
        lines[-1] += f"{call}, "
    return "\n".join(line.rstrip() for line in lines)


def layer_code(layer: nn.Module) -> str:
    """A layer as one would write it: «nn.Conv2d(1, 32, 3, stride=2)», defaults left out."""
    call = ast.parse(repr(layer), mode="eval").body
    parameters = list(inspect.signature(type(layer)).parameters.values())
    given = [ast.literal_eval(node) for node in call.args]
    for parameter in parameters[len(given) :]:
        node = next((word.value for word in call.keywords if word.arg == parameter.name), None)
        if node is None or parameter.default is not parameter.empty:
            break
        given.append(ast.literal_eval(node))
    words = [repr(_single(value)) for value in given]
    defaults = {parameter.name: parameter.default for parameter in parameters[len(given) :]}
    for word in call.keywords:
        value = _single(ast.literal_eval(word.value))
        if word.arg in defaults and value != defaults[word.arg]:
            words.append(f"{word.arg}={value!r}")
    return f"nn.{type(layer).__name__}({', '.join(words)})"


def _single(value: object) -> object:
    """(3, 3) as 3."""
    pair = isinstance(value, tuple) and len(value) == 2 and value[0] == value[1]
    return value[0] if pair else value


def _settings(recipe: Recipe, plain: PlainCode) -> str:
    training = recipe.training
    values = {name: getattr(recipe.config, name) for name in plain.settings}
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    lines.append(f"learning_rate = {training.learning_rate!r}")
    seeded = f"chance = torch.Generator().manual_seed({recipe.seed})"
    return "\n".join([*lines, f"{seeded}  # the order of the images, and the noise", ""])


def _data(recipe: Recipe) -> str:
    source = DATASETS[recipe.dataset]
    if source.builtin:
        return (
            f'train = data.load("{source.name}").train\n'
            "images, labels = train.images / 255, train.labels\n"
        )
    return (
        f'train = {source.folder}("data", train=True, download=True)\n'
        "images, labels = train.data[:, None] / 255, train.targets\n"
    )


def _loop(info: RunInfo, half: bool) -> str:
    """The steps: batches in a new order each epoch, Adam, and the mean loss of each epoch."""
    training, source = info.recipe.training, DATASETS[info.recipe.dataset]
    batch = min(training.batch_size, source.train_images)
    per_epoch = source.train_images // batch
    planned = training.epochs * per_epoch
    steps = _steps(info, per_epoch)
    cycled = any(change.name == "epochs" for change in info.changes)
    rate = "learning_rate"
    if training.schedule == "one_cycle":
        done = "(step - begun) / (planned - begun)" if cycled else "step / planned"
        rate += f" * one_cycle({done})"
    value = "value = loss(images[chosen], labels[chosen])"
    if half:
        value = f'with torch.autocast("cpu", torch.bfloat16):\n    {value}'
    lines = [
        f"batch, per_epoch, planned = {batch}, {per_epoch}, {planned}  # {training.epochs} epochs",
        *(["begun = 0  # the step at which the learning rate's cycle begins"] if cycled else []),
        "adam = torch.optim.Adam(model.parameters())",
        "losses = []",
        f"for step in range({steps if cycled or steps < planned else 'planned'}):",
        *_changes(info.changes, per_epoch),
        "    first = step % per_epoch * batch",
        "    if first == 0:",
        "        order = torch.randperm(len(images), generator=chance)",
        "    chosen = order[first : first + batch]",
        f'    adam.param_groups[0]["lr"] = {rate}',
        indent(value, "    "),
        "    adam.zero_grad()",
        "    value.backward()",
        "    adam.step()",
        "    losses.append(value.item())",
        "    if len(losses) % per_epoch == 0:",
        "        mean = sum(losses[-per_epoch:]) / per_epoch",
        '        print(f"epoch {step // per_epoch + 1}: {mean:.5f}")',
        "",
    ]
    return "\n".join(lines)


def _steps(info: RunInfo, per_epoch: int) -> int:
    """How many steps the run took: all that were planned, unless it was stopped."""
    epochs = [change.value for change in info.changes if change.name == "epochs"]
    planned = (epochs or [info.recipe.training.epochs])[-1] * per_epoch
    return planned if info.steps_done is None else info.steps_done


def _changes(changes: tuple[Change, ...], per_epoch: int) -> Iterator[str]:
    """The changes made while the run trained, as lines of the loop."""
    for step, made in groupby(changes, lambda change: change.step):
        yield f"    if step == {step}:  # changed while it trained"
        for change in made:
            if change.name == "epochs":
                yield f"        begun, planned = {step}, {change.value * per_epoch}"
            else:
                yield f"        {change.name} = {change.value!r}"
