"""What is told of a pitfall: a question, answers to choose from, and the lesson behind them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One pitfall in words. The numbers come with the results, never from here.

    answers: what may be guessed; right: the index of the one that holds.
    on_drawing: it can be tried on the visitor's drawing.
    wrong_code, right_code: our own functions, "module:name", where the mistake is a line of code.
    giveaway: which curve or picture gives the mistake away.
    """

    id: str
    title: str
    question: str
    answers: tuple[str, ...]
    right: int
    why: str
    cause: str
    symptom: str
    cure: str
    giveaway: str
    wrong_code: str = ""
    right_code: str = ""
    on_drawing: bool = False
