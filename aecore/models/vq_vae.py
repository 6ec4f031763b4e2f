"""VQ-VAE: a code that is a grid of words from a learned dictionary.

The idea: the encoder answers 7x7 vectors, each is replaced by the nearest of K codebook entries,
and the decoder sees only those. Source: van den Oord et al. 2017. The codebook follows moving
averages of the vectors that chose each entry (their appendix A.1), and an entry that nobody
chooses is restarted on a vector of the batch (Dhariwal et al. 2020, Jukebox, section 3), so that
the codebook stays alive. A small PixelCNN learns the grids as training goes, by a term whose
gradient doesn't reach the autoencoder, so that the model can draw new digits at any moment.
"""

import torch
from pydantic import Field
from torch import Tensor, nn

from aecore import networks
from aecore.config import LIVE, Config
from aecore.losses import mean_squared_error, nearest_code, perplexity, straight_through
from aecore.models.autoencoder import Widths
from aecore.models.base import Abilities, Code, Loss, Model, PlainCode
from aecore.models.pixel_prior import PixelPrior
from aecore.models.plain_vq_vae import plain_vq_vae


class VQVAEConfig(Config):
    """The codebook, the convolutions around it and the prior over its grids."""

    codes: int = Field(512, ge=2, le=2048, description="entries of the codebook (K)")
    code_dim: int = Field(64, ge=1, le=256, description="numbers in each entry (d)")
    widths: Widths = Field((32, 64), description="channels of the halving convolutions")
    activation: networks.Activation = Field("relu", description="what follows each layer")
    commitment: float = Field(
        0.25,
        ge=0,
        le=10,
        description="weight of the encoder's pull towards the chosen entries",
        json_schema_extra=LIVE,
    )
    codebook_decay: float = Field(
        0.99, ge=0.5, le=0.9999, description="decay of the moving averages the codebook follows"
    )
    restart_below: float = Field(
        0.1, ge=0, le=10, description="vectors a step under which an entry is restarted; 0: never"
    )
    prior_width: int = Field(64, ge=4, le=256, description="channels of the prior")
    prior_depth: int = Field(3, ge=1, le=12, description="residual blocks of the prior")


class VQVAE(Model):
    """x -> convolutions -> (B, d, h, w) -> nearest codebook entries -> transposed convolutions."""

    abilities = Abilities(samples=True, discrete=True)

    def __init__(self, config: VQVAEConfig):
        super().__init__(config)
        side = networks.conv_sides(len(config.widths))[-1]
        self.grid = (side, side)
        self.latent_shape = (config.code_dim, side, side)
        width = config.widths[-1]
        self.encoder = nn.Sequential(
            *networks.conv_layers(config.widths, config.activation),
            nn.Conv2d(width, config.code_dim, kernel_size=1),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(config.code_dim, width, kernel_size=3, padding=1),
            nn.BatchNorm2d(width),
            networks.activation_layer(config.activation),
            *networks.transposed_conv_layers(config.widths, config.activation),
        )
        self.prior = PixelPrior(config.codes, config.prior_width, config.prior_depth, self.grid)
        self.register_buffer("codebook", torch.randn(config.codes, config.code_dim))
        # Moving averages, per entry, of how many vectors chose it in a step and of their sum.
        self.register_buffer("code_counts", torch.ones(config.codes))
        self.register_buffer("code_sums", self.codebook.clone())

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """x (B, 1, 28, 28) to indices (B, h, w) and the entries they name, z (B, d, h, w)."""
        indices = self._nearest(self.encoder(x).float())
        return Code(z=self.embed(indices), indices=indices)

    def embed(self, indices: Tensor) -> Tensor:
        """Indices (B, h, w) long to the codebook entries they name (B, d, h, w)."""
        return self.codebook[indices].permute(0, 3, 1, 2)

    def _nearest(self, vectors: Tensor) -> Tensor:
        flat = vectors.permute(0, 2, 3, 1).reshape(-1, self.config.code_dim)
        return nearest_code(flat, self.codebook).view(-1, *self.grid)

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """Squared error + commitment + the prior's -log p(indices), which trains the prior alone.

        In training mode the codebook takes its step here too: it follows averages, not gradients.
        """
        vectors = self.encoder(x).float()
        indices = self._nearest(vectors.detach())
        z = self.embed(indices)
        x_hat = torch.sigmoid(self.decode(straight_through(vectors, z)))
        counts = torch.bincount(indices.flatten(), minlength=self.config.codes).float()
        if self.training:
            self._move_codebook(vectors.detach(), indices, counts, generator)
        prior_nats = self.prior.nll(self._for_prior(indices)).mean()
        return Loss(
            {
                "reconstruction": mean_squared_error(x_hat, x).mean(),
                "commitment": self.config.commitment * (vectors - z).square().mean(),
                "prior": PRIOR_WEIGHT * prior_nats,
            },
            {"prior_nats": prior_nats, "code_perplexity": perplexity(counts)},
        )

    def _for_prior(self, indices: Tensor) -> Tensor:
        """The grids that the prior learns from in a step: a part of the batch says enough."""
        return indices[: max(len(indices) // PRIOR_SHARE, 1)] if self.training else indices

    @torch.no_grad()
    def _move_codebook(
        self, vectors: Tensor, indices: Tensor, counts: Tensor, generator: torch.Generator | None
    ) -> None:
        """Entries move to the average of their vectors; those that nobody chooses are restarted."""
        flat = vectors.permute(0, 2, 3, 1).reshape(-1, self.config.code_dim)
        sums = torch.zeros_like(self.code_sums).index_add_(0, indices.flatten(), flat)
        decay = self.config.codebook_decay
        self.code_counts.lerp_(counts, 1 - decay)
        self.code_sums.lerp_(sums, 1 - decay)
        dead = self.code_counts < self.config.restart_below
        picks = torch.randint(len(flat), (len(dead),), generator=generator, device=flat.device)
        self.code_sums[dead] = flat[picks[dead]]
        self.code_counts[dead] = 1.0
        # An entry whose averages have faded to nothing stays where it is: 0 / 0 is no place.
        alive = (self.code_counts > FADED).unsqueeze(1)
        average = self.code_sums / self.code_counts.unsqueeze(1)
        self.codebook.copy_(torch.where(alive, average, self.codebook))

    def plain(self, cast: str = "") -> PlainCode:
        """Everything but the prior, which learns from the grids and changes nothing here."""
        return plain_vq_vae(self.config, cast)

    def sample_latent(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n grids drawn from the learned prior, as the entries they name: (n, d, h, w)."""
        return self.embed(self.prior.sample(n, generator))


# Nats are thousands of times larger than squared errors. The gradients never meet, so the weight
# changes nothing but the total that people read.
PRIOR_WEIGHT = 1e-4
# The prior costs more to run than the autoencoder: it learns from every fourth grid.
PRIOR_SHARE = 4
FADED = 1e-12  # vectors a step
