"""The pad of a page: what is drawn on it is the visitor's drawing, on all pages."""

from ui import shared
from ui.components.sketchpad import sketchpad


def pad() -> None:
    """The pad with the visitor's drawing; the fragment that holds it runs while somebody draws."""
    sketchpad(shared.on_pad(), shared.take, revision=shared.revision(), example=shared.is_example())
