"""Configs: frozen pydantic models whose fields carry a range and a description.

Validation, forms, the command line and the docs all read the same fields, so that a new option is
written once. This file holds the base class, the reading of `KEY=VALUE` texts and the messages.
"""

import reprlib
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo


class ConfigError(ValueError):
    """A config with an unknown name or a value out of range; the message lists what is valid."""


class Config(BaseModel):
    """Base of every config: immutable, and a misspelt name is an error instead of silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


LIVE = {"live": True}  # Field(..., json_schema_extra=LIVE): may be changed while a model trains


def live_fields(config: Config) -> tuple[str, ...]:
    """The fields of a config that may be changed while it trains: they are read at every step."""
    return tuple(
        name
        for name, field in type(config).model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("live")
    )


class FieldRow(NamedTuple):
    """One field of a config as a table row: for the docs, the forms and error messages."""

    name: str
    default: Any
    allowed: str
    description: str


def allowed_values(field: FieldInfo) -> str:
    """The values that a field takes, in words: «1 to 256», «dense or conv», «true or false»."""
    annotation = field.annotation
    if annotation is bool:
        return "true or false"
    if get_origin(annotation) is Literal:
        return " or ".join(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) is tuple:
        each = FieldInfo.from_annotation(get_args(annotation)[0])
        return f"{_length(field)} whole numbers{_range(each)}, as in 256,128"
    return ("a whole number" if annotation is int else "a number") + _range(field)


def _range(field: FieldInfo) -> str:
    low, high = bounds(field)
    if low is None:
        return "" if high is None else f" up to {high:g}"
    if any(hasattr(rule, "gt") for rule in field.metadata):
        return f" above {low:g}" if high is None else f" above {low:g}, up to {high:g}"
    return f" from {low:g}" if high is None else f" from {low:g} to {high:g}"


def bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """The least and the greatest value of a numeric field; None where there is no limit."""
    low = high = None
    for rule in field.metadata:
        low = getattr(rule, "ge", getattr(rule, "gt", low))
        high = getattr(rule, "le", getattr(rule, "lt", high))
    return low, high


def _length(field: FieldInfo) -> str:
    low, high = 1, None
    for rule in field.metadata:
        low = getattr(rule, "min_length", low)
        high = getattr(rule, "max_length", high)
    return f"{low} to {high}" if high else f"{low} or more"


def field_rows(config: Config) -> list[FieldRow]:
    """Each field of `config` with this config's value as its default."""
    return [
        FieldRow(name, getattr(config, name), allowed_values(field), field.description or "")
        for name, field in type(config).model_fields.items()
    ]


def with_changes(config: Config, changes: Mapping[str, Any]) -> Config:
    """`config` with some fields changed and everything validated again.

    Values may be texts, as a command line gives them: `{"beta": "4", "widths": "256,64"}`.

    Raises:
        ConfigError: an unknown name or a value out of range; says which names and ranges are valid.
    """
    fields = type(config).model_fields
    values = config.model_dump()
    for name, value in changes.items():
        if name not in fields:
            unknown = reprlib.repr(name)
            raise ConfigError(f"there is no setting called {unknown}.\n{explain(config)}")
        values[name] = _from_text(fields[name], value) if isinstance(value, str) else value
    try:
        return type(config).model_validate(values)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}, "
            f"got {reprlib.repr(fault['input'])}"
            for fault in error.errors()
        )
        raise ConfigError(f"{faults}.\n{explain(config)}") from error


def first_fault(error: ValueError) -> str:
    """The first thing that is wrong, in one line: of a ValidationError or a ConfigError."""
    if not isinstance(error, ValidationError):
        return str(error).splitlines()[0]
    fault = error.errors()[0]
    where = ".".join(map(str, fault["loc"]))
    message = fault["msg"].splitlines()[0].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def explain(config: Config) -> str:
    """The valid names and ranges, a line each."""
    rows = field_rows(config)
    width = max((len(row.name) for row in rows), default=0)
    lines = [f"  {row.name:<{width}}  {row.allowed} (now {_show(row.default)})" for row in rows]
    return "Valid settings:\n" + "\n".join(lines)


def _show(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _from_text(field: FieldInfo, text: str) -> Any:
    if get_origin(field.annotation) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if get_origin(field.annotation) in (Union, UnionType) and text.lower() in ("none", ""):
        return None
    return text
