"""Who is let in: what this server trains, and how much of it for one visitor."""

from aecore import data
from aecore.config import ConfigError, with_changes
from aecore.job_records import UNDER_WAY
from aecore.job_table import JobTable
from aecore.run_checks import check_size
from aecore.run_info import Recipe
from aecore.runs import RunError
from aecore.settings import Settings


class Refused(ValueError):
    """What was asked isn't possible; the message says why, and what is."""


def check_recipe(recipe: Recipe, epochs: int, limits: Settings) -> None:
    """Raises Refused where a recipe, trained for so many epochs, is over a limit of this server."""
    if epochs > limits.max_epochs:
        raise Refused(f"That is {epochs} epochs; at most {limits.max_epochs} are trained here.")
    try:
        with_changes(recipe.training, {"epochs": epochs})
        check_size(recipe, limits.max_parameters)
        here = limits.scheduler or data.available(recipe.dataset)
    except (ConfigError, RunError, data.DatasetMissing) as error:
        raise Refused(str(error)) from error
    if not here:
        raise Refused(f"The data set {recipe.dataset} isn't here yet: fetch it first.")


def check_room(table: JobTable, visitor: str, limits: Settings) -> None:
    """Raises Refused where the server, or this visitor, has too many runs under way or kept."""
    table.tidy()
    under_way = table.in_state(*UNDER_WAY)
    own = sum(job.record.visitor == visitor for job in under_way)
    if own >= limits.max_waiting:
        raise Refused(
            f"You have {own} runs training or waiting, which is as many as one visitor may have "
            "here: wait for one to end, or delete one."
        )
    if len(under_way) >= limits.max_jobs or len(table.jobs) >= limits.max_runs:
        raise Refused("There is no room for another run at the moment: try again later.")
