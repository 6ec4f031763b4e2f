"""Theory: the equations, each as something to touch."""

from ui import page, theory

page.begin("pages/theory.py")
topic = theory.hands_on()
lesson = theory.LESSONS[topic]
page.try_this(theory.experiments())
page.explain(lesson.words)
page.equation(lesson.about, lesson.latex, lesson.functions)
page.conditions(
    "Everything is computed as you look, from the shipped runs or your own; figures of runs are "
    "those that stand in each run's file, with its conditions. Test digits: the first of each "
    "class in the run's test set, kept with the run.",
    source="Kingma & Welling 2014; Williams 1992; Mohamed et al. 2020; Higgins et al. 2017; "
    "van den Oord et al. 2017",
)
