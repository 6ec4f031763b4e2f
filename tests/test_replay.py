"""A training as a film: its rows and stills, and maps that lie over one another."""

import numpy as np

from aecore import replay
from aecore.reports import Report
from aecore.snapshots import choose_probes
from tests.small import fit, small_recipe


def report(step, frame=None, kept=False, **train):
    return Report(
        step=step,
        steps=100,
        epoch=step / 10,
        epochs=10,
        train=train,
        test=None,
        learning_rate=1e-3,
        images_per_second=1.0,
        seconds=1.0,
        megabytes=1.0,
        frame=frame,
        kept=kept,
    )


def frame(seed=0, dims=5, points=40):
    codes = np.random.RandomState(seed).randn(points, dims) * np.arange(dims, 0, -1)
    return {"reconstructions": np.zeros((10, 28, 28), np.uint8), "latents": codes}


def rotated(points, angle):
    return points @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_a_map_that_only_turned_or_was_mirrored_lies_over_the_one_before():
    points = np.random.RandomState(0).randn(50, 2)
    for moved in (rotated(points, 2.0), points * [1, -1], rotated(points * [-1, 1], 0.7)):
        np.testing.assert_allclose(replay.turned(moved, points), points, atol=1e-9)


def test_turning_changes_no_distance():
    points, onto = np.random.RandomState(1).randn(2, 30, 2)
    found = replay.turned(points, onto)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(points, axis=1))


def test_two_latent_coordinates_are_shown_as_they_are():
    codes = np.random.RandomState(0).randn(20, 2).astype(np.float16)
    last = rotated(codes, 1.0)
    np.testing.assert_array_equal(replay.flat_map(codes, last), codes.astype(np.float32))
    assert replay.flat_map(codes[:, :1]).shape == (20, 2)


def test_a_map_keeps_the_two_directions_of_most_variance():
    codes = np.random.RandomState(0).randn(500, 6) * [1, 9, 1, 1, 5, 1]
    places = replay.flat_map(codes)
    assert abs(np.corrcoef(places[:, 0], codes[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(places[:, 1], codes[:, 4])[0, 1]) > 0.99


def test_a_film_of_a_run_has_its_history_and_snapshots(trained_run):
    run = trained_run("vae")
    film = replay.of_run(run)
    assert [row.step for row in film.rows] == [row["step"] for row in run.info.history]
    assert [still.step for still in film.stills] == run.snapshots["steps"].tolist()
    assert film.stills[-1].places.shape == (len(film.map_labels), 2)
    last = run.snapshots["reconstructions"][-1].numpy()
    np.testing.assert_array_equal(film.stills[-1].reconstructions, last)


def test_a_film_grows_with_reports_and_keeps_only_kept_stills():
    film = replay.Film()
    looked = report(3, frame(1), total=2.0)
    replay.grow(film, [report(0, frame(0), kept=True), looked], looked)
    assert [still.step for still in film.stills] == [0] and film.now.step == 3
    assert [row.step for row in film.rows] == [3]
    kept = report(10, frame(2), kept=True, total=1.0)
    replay.grow(film, [kept], kept)
    assert [still.step for still in film.stills] == [0, 10] and film.now is None
    assert film.steps == 100 and film.steps_per_epoch == 10


def test_losses_that_say_the_same_are_named_once():
    rows = [replay.Row(1, {"total": 2.0, "kl": 0.5, "elbo": 2.0}, None)]
    assert replay.loss_names(rows) == ["total", "kl"]
    changed = [*rows, replay.Row(2, {"total": 3.0, "kl": 0.5, "elbo": 2.0}, None)]
    assert replay.loss_names(changed) == ["total", "kl", "elbo"]


def test_the_film_of_first_weights_is_the_beginning_of_the_runs_own(few_digits):
    recipe = small_recipe("vae")
    whole = replay.of_run(fit(recipe, few_digits).finish(measure=False))
    film = replay.untrained(recipe, choose_probes(few_digits), len(few_digits.train))
    assert (film.steps, film.steps_per_epoch) == (whole.steps, whole.steps_per_epoch)
    np.testing.assert_array_equal(film.probe_images, whole.probe_images)
    for name in ("reconstructions", "samples", "places"):
        np.testing.assert_array_equal(getattr(film.stills[0], name), getattr(whole.stills[0], name))
    assert [still.step for still in film.stills] == [0]
