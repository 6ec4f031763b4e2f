"""What the latent map's page says."""

from ui import page

EXPERIMENTS = [
    page.Experiment("A", "b"), page.Experiment("A", "b"), page.Experiment("A", "b"),
]
