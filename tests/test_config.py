"""Configs: what they accept, and what they say when they don't."""

from typing import Literal

import pytest
from pydantic import Field, ValidationError

from aecore.config import (
    Config,
    ConfigError,
    allowed_values,
    bounds,
    explain,
    field_rows,
    with_changes,
)
from aecore.models.autoencoder import Widths
from aecore.models.catalog import CATALOG
from aecore.training import TrainConfig

CONFIGS = {**{name: entry.config for name, entry in CATALOG.items()}, "training": TrainConfig()}


class Sample(Config):
    """One field of each kind."""

    count: int = Field(3, ge=1, le=9, description="how many")
    rate: float = Field(0.5, gt=0, le=1, description="how fast")
    loud: bool = Field(False, description="how loud")
    body: Literal["dense", "conv"] = Field("dense", description="which")
    widths: Widths = Field((8, 4), description="how wide")
    limit: float | None = Field(None, ge=0, description="how far, if at all")


def test_texts_from_a_command_line_become_values():
    texts = {"count": "7", "rate": "1e-2", "loud": "true", "body": "conv", "widths": "16, 8,4"}
    changed = with_changes(Sample(), {**texts, "limit": "2.5"})
    expected = Sample(count=7, rate=0.01, loud=True, body="conv", widths=(16, 8, 4), limit=2.5)
    assert changed == expected


def test_an_optional_field_is_switched_off_by_none():
    assert with_changes(Sample(limit=1.0), {"limit": "none"}).limit is None


def test_what_is_not_changed_stays():
    before = Sample(count=2, body="conv")
    assert with_changes(before, {"rate": 0.25}) == Sample(count=2, body="conv", rate=0.25)
    assert before.rate == 0.5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", "0"),
        ("count", "10"),
        ("count", "2.5"),
        ("count", "many"),
        ("count", ""),
        ("rate", "0"),
        ("rate", "nan"),
        ("rate", "inf"),
        ("loud", "maybe"),
        ("body", "transformer"),
        ("widths", ""),
        ("widths", "8,x"),
        ("widths", "8,0"),
        ("widths", "1,2,3,4,5"),
        ("limit", "-1"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_all_valid_settings(name, value):
    with pytest.raises(ConfigError) as caught:
        with_changes(Sample(), {name: value})
    first, *rest = str(caught.value).splitlines()
    assert first.startswith(name)
    assert [line.split()[0] for line in rest] == ["Valid", *Sample.model_fields]


def test_an_unknown_name_is_refused_with_all_valid_ones():
    with pytest.raises(ConfigError, match="no setting called 'rats'") as caught:
        with_changes(Sample(), {"rats": 1})
    assert explain(Sample()) in str(caught.value)


def test_an_unknown_name_is_refused_in_python_too():
    with pytest.raises(ValidationError, match="rats"):
        Sample(rats=1)


def test_a_config_cannot_be_changed_in_place():
    with pytest.raises(ValidationError, match="frozen"):
        Sample().count = 4


def test_a_message_stays_short_whatever_was_given():
    for value in ("9" * 100_000, [["x"] * 10_000]):
        with pytest.raises(ConfigError) as caught:
            with_changes(Sample(), {"count": value})
        assert len(str(caught.value)) < 1_000
    with pytest.raises(ConfigError) as caught:
        with_changes(Sample(), {"x" * 100_000: 1})
    assert len(str(caught.value)) < 1_000


def test_allowed_values_are_told_in_words():
    told = {row.name: row.allowed for row in field_rows(Sample())}
    assert told == {
        "count": "a whole number from 1 to 9",
        "rate": "a number above 0, up to 1",
        "loud": "true or false",
        "body": "dense or conv",
        "widths": "1 to 4 whole numbers from 1 to 1024, as in 256,128",
        "limit": "a number from 0",
    }


def test_rows_show_the_values_of_the_config_that_is_asked():
    rows = {row.name: row.default for row in field_rows(Sample(count=5))}
    assert rows["count"] == 5
    assert "now 5" in explain(Sample(count=5))


def test_bounds_are_those_of_the_field():
    assert bounds(Sample.model_fields["count"]) == (1, 9)
    assert bounds(Sample.model_fields["limit"]) == (0, None)
    assert bounds(Sample.model_fields["loud"]) == (None, None)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_every_setting_has_a_description_and_every_number_a_range(config):
    for name, field in type(config).model_fields.items():
        assert field.description, name
        assert allowed_values(field) not in ("a number", "a whole number"), name
        if field.annotation in (int, float):
            assert None not in bounds(field), name


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_default_config_survives_a_round_trip_through_texts(config):
    texts = {
        row.name: ",".join(map(str, row.default)) if isinstance(row.default, tuple) else row.default
        for row in field_rows(config)
    }
    assert with_changes(config, {name: str(text) for name, text in texts.items()}) == config


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_both_ends_of_every_range_are_accepted_and_what_lies_beyond_is_not(config):
    for name, field in type(config).model_fields.items():
        if field.annotation not in (int, float):
            continue
        low, high = bounds(field)
        assert getattr(with_changes(config, {name: high}), name) == high
        for value in (low - 1, high + 1):
            with pytest.raises(ConfigError, match=name):
                with_changes(config, {name: value})
