"""The collapse doctor: is a run's posterior collapsed, why, and cures that one can try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import cached, compare_beta_own, doctor_show, explore_address, own_runs, pickers
from ui import jobs as trainings

if TYPE_CHECKING:
    from aecore.collapse import Cure, Diagnosis
    from aecore.run_info import Recipe, RunInfo
    from aecore.runs import Run
    from ui.compare_beta_kit import Kit

PATIENT, CURED, REFUSED, ASKED = "patient", "cured", "cure-refused", "cure-asked"
CURE = "cure"  # in the address: the run that a cure made
LINKED = "linked"  # a cure whose name the run knows
TO_COME = "patient-to-come"  # a run in training that will be the patient
PRACTICE = {"beta": 16.0}
PRACTICE_TRAINING = {"epochs": 40, "batch_size": 32}


@dataclass(frozen=True, eq=False)
class Patient:
    """A run to be examined."""

    id: str
    name: str
    run: Run
    found: Diagnosis

    @property
    def info(self) -> RunInfo:
        """What is known of the run."""
        return self.run.info


def surgery(kit: Kit) -> None:
    """The whole section: the patient, the diagnosis, the cures, before and after."""
    from aecore.runs import RunError

    st.header("The collapse doctor", anchor=False)
    st.markdown(
        "A coordinate whose posterior is the prior, whatever the image, has *collapsed*: it says "
        "nothing. Choose a run to examine.",
        width=760,
    )
    options = candidates(kit)
    chosen = _choose(options)
    if chosen is None:
        return
    try:
        patient = examine(chosen, options[chosen], kit)
    except (RunError, OSError) as error:
        st.info(f"This run can't be examined: {error}.", icon=":material/stethoscope:")
        return
    doctor_show.diagnosis(patient)
    if patient.found.cures:
        _cures(patient)
    _after(patient, kit)


def candidates(kit: Kit) -> dict[str, Any]:
    """All that can be examined, by id: points of the sweep, shipped runs, the visitor's own."""
    found: dict[str, Any] = {f"sweep-{p.beta:g}": (p, lens) for p, lens in reversed(kit.models)}
    for listed in [*cached.runs(), *own_runs.listed()]:
        if listed.info and listed.info.recipe.entry.abilities.posterior:
            found[listed.id] = listed
    for status in compare_beta_own.statuses():
        if status.has_run and not status.under_way:
            found[status.id] = status
    return found


def _choose(options: dict[str, Any]) -> str | None:
    if not options:
        return None
    wanted = explore_address.given(PATIENT) or st.session_state.get(PATIENT)
    if st.session_state.get(TO_COME) in options:
        wanted = st.session_state.pop(TO_COME)
    st.session_state[PATIENT] = wanted if wanted in options else next(iter(options))
    chosen = st.selectbox(
        "Patient",
        list(options),
        format_func=lambda one: _named(options[one]),
        key=PATIENT,
        width=420,
        on_change=lambda: st.session_state.pop(CURED, None),
    )
    first = next(iter(options))
    explore_address.keep(PATIENT, None if chosen == first else chosen)
    return chosen


def _named(candidate: Any) -> str:
    from aecore.data import DATASETS

    if isinstance(candidate, tuple):
        point, lens = candidate
        return f"β = {point.beta:g} on {DATASETS[lens.run.recipe.dataset].title}"
    if hasattr(candidate, "state"):
        return f"Yours: {candidate.name}"
    return pickers.short_title(candidate)


def examine(run_id: str, candidate: Any, kit: Kit) -> Patient:
    """The candidate with its diagnosis; raises RunError where there is nothing to go by."""
    from aecore import collapse

    if isinstance(candidate, tuple):
        point, lens = candidate
        found = collapse.diagnose(point.kl, point.variance, lens.run.info)
        return Patient(run_id, _named(candidate), lens.run, found)
    if hasattr(candidate, "state"):
        folder = trainings.jobs().records.run_folder(run_id)
    else:
        folder = candidate.folder
    run = cached.run(folder)
    return Patient(run_id, _named(candidate), run, collapse.examine(run))


# ---- cures ---------------------------------------------------------------------------------------


def _cures(patient: Patient) -> None:
    """A button for each cure, and a word where it can't be trained here."""
    recipe = patient.info.recipe
    here = cached.has_data(recipe.dataset)
    for column, cure in zip(st.columns(len(patient.found.cures)), patient.found.cures, strict=True):
        with column.container(border=True, height="stretch", vertical_alignment="distribute"):
            st.markdown(f"**{cure.name}**  \n{cure.words}")
            st.button(
                "Train it again with this",
                icon=":material/healing:",
                key=f"cure-{cure.name}",
                disabled=not here,
                on_click=_treat,
                args=(patient.id, recipe, cure, st.session_state.setdefault(ASKED, 0)),
            )
    if not here:
        st.caption(
            f":material/info: The images of {recipe.dataset} aren't on this machine, so this run "
            f"can't be trained again here: `python -m aecore fetch {recipe.dataset}` gets them. "
            "You can try the cures on a collapsed run on digits instead."
        )
    st.button(
        "Practise on a run that collapses on digits",
        icon=":material/science:",
        on_click=_practise,
        args=(st.session_state.setdefault(ASKED, 0),),
        key="practise",
    )
    if refused := st.session_state.pop(REFUSED, None):
        st.error(refused)


def _treat(patient_id: str, recipe: Recipe, cure: Cure, asked: int) -> None:
    """Trains the patient's recipe again with the cure's changes."""
    name = f"{recipe.entry.title}, {recipe.dataset}: {cure.name}"
    if run_id := _train(recipe, dict(cure.changes), name, asked):
        st.session_state[CURED] = (patient_id, run_id, cure.name)


def _practise(asked: int) -> None:
    """Trains a small run that collapses, and makes it the patient."""
    from aecore.sweep import plan

    found = plan("beta_vae", "digits", [PRACTICE["beta"]], 1, training=PRACTICE_TRAINING)
    recipe = found.recipes()[0]
    if run_id := _train(recipe, {}, "Collapsed, β = 16, digits", asked):
        st.session_state[TO_COME] = run_id
        st.session_state[CURED] = (run_id, run_id, "")


def _train(recipe: Recipe, changes: dict[str, Any], name: str, asked: int) -> str | None:
    """Asks for a training within this server's limits; once, however often a press is reported."""
    from aecore.config import ConfigError, with_changes
    from aecore.jobs import Refused

    if st.session_state[ASKED] != asked:
        return None
    st.session_state[ASKED] += 1
    jobs = trainings.jobs()
    epochs = min(recipe.training.epochs, jobs.settings.max_epochs)
    try:
        recipe = recipe.model_copy(
            update={
                "config": with_changes(recipe.config, changes),
                "training": with_changes(recipe.training, {"epochs": epochs}),
            }
        )
        return jobs.submit(recipe, trainings.visitor(), name)
    except (Refused, ConfigError) as refused:
        st.session_state[REFUSED] = str(refused)
        return None


# ---- before and after ----------------------------------------------------------------------------


def _after(patient: Patient, kit: Kit) -> None:
    """The run that a cure made: how far it is, then before and after side by side."""
    from aecore.jobs import UnknownRun

    if linked := explore_address.given(CURE):
        st.session_state[CURED] = (patient.id, linked, LINKED)
    treated = st.session_state.get(CURED)
    if not treated:
        explore_address.keep(CURE, None)
        return
    _, run_id, cure = treated
    try:
        status = trainings.jobs().status(run_id)
    except UnknownRun:
        st.session_state.pop(CURED)
        return
    if cure:
        explore_address.keep(CURE, run_id)
    if cure == LINKED:
        cure = status.name.rsplit(": ")[-1]
    if status.under_way:
        st.fragment(_wait, run_every=1.0)(run_id)
    elif not status.has_run:
        st.error(status.message or "Nothing was kept of this run.")
    elif cure and treated[0] == patient.id:
        after = examine(run_id, status, kit)
        doctor_show.before_and_after(patient, after, cure)


def _wait(run_id: str) -> None:
    from aecore.jobs import UnknownRun

    try:
        status = trainings.jobs().status(run_id)
    except UnknownRun:
        st.rerun()
    if not status.under_way:
        st.rerun()
    done = 1.0 if status.measuring else status.report.done if status.report else 0.0
    words = "being measured" if status.measuring else "training"
    st.progress(min(done, 1.0), text=trainings.jobs().notice or f"{status.name}: {words}")
