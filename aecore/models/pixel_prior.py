"""A small autoregressive prior over grids of codes, so that a VQ-VAE can draw new ones.

The idea: write a grid cell by cell in reading order; a masked convolution sees only the cells
already written. Source: van den Oord et al. 2016 (PixelCNN), section 3.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class MaskedConv2d(nn.Conv2d):
    """A convolution blind to the cells after its centre, and to the centre if not `sees_centre`."""

    def __init__(self, fan_in: int, fan_out: int, kernel_size: int, sees_centre: bool):
        super().__init__(fan_in, fan_out, kernel_size, padding=kernel_size // 2)
        mask = torch.ones(kernel_size, kernel_size)
        middle = kernel_size // 2
        mask[middle, middle + sees_centre :] = 0
        mask[middle + 1 :] = 0
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, fan_in, h, w) to (B, fan_out, h, w)."""
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


class ResidualBlock(nn.Module):
    """h + a masked convolution of h, with a gate's worth of nonlinearity."""

    def __init__(self, width: int):
        super().__init__()
        self.conv = MaskedConv2d(width, width, 3, sees_centre=True)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, h: Tensor) -> Tensor:
        """(B, width, h, w), same out."""
        return h + self.mix(F.relu(self.conv(F.relu(h))))


class PixelPrior(nn.Module):
    """p(indices) = product over cells of p(index | the cells before it), over an h x w grid."""

    def __init__(self, codes: int, width: int, depth: int, grid: tuple[int, int]):
        super().__init__()
        self.grid = grid
        self.embedding = nn.Embedding(codes, width)
        self.position = nn.Parameter(torch.zeros(1, width, *grid))
        self.first = MaskedConv2d(width, width, 5, sees_centre=False)
        self.blocks = nn.Sequential(*[ResidualBlock(width) for _ in range(depth)])
        self.last = nn.Conv2d(width, codes, 1)

    def forward(self, indices: Tensor) -> Tensor:
        """Indices (B, h, w) long to the logits of every cell's index (B, codes, h, w)."""
        return self.last(self.features(indices))

    def features(self, indices: Tensor) -> Tensor:
        """What the prior knows at each cell of the cells before it: (B, rows, w) to
        (B, width, rows, w). The grid's lower rows may be missing: no cell sees them."""
        embedded = self.embedding(indices).permute(0, 3, 1, 2)
        position = self.position[:, :, : indices.shape[1]]
        return F.relu(self.blocks(self.first(embedded) + position))

    def nll(self, indices: Tensor) -> Tensor:
        """-log p(indices) in nats an image: (B, h, w) -> (B,)."""
        logits = self(indices).permute(0, 2, 3, 1).flatten(0, 2).float()  # (B * h * w, codes)
        nll = F.cross_entropy(logits, indices.flatten(), reduction="none")
        return nll.view(len(indices), -1).sum(1)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n grids (n, h, w) long, written cell by cell."""
        height, width = self.grid
        indices = torch.zeros(n, height, width, dtype=torch.long, device=self.position.device)
        for row in range(height):
            for column in range(width):
                known = self.features(indices[:, : row + 1])[:, :, row : row + 1, column, None]
                p = self.last(known).flatten(1).softmax(1)
                indices[:, row, column] = torch.multinomial(p, 1, generator=generator).squeeze(1)
        return indices
