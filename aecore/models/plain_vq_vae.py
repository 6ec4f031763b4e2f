"""The VQ-VAE's loss in plain PyTorch, for «show me the code»."""

from aecore.config import Config
from aecore.models.base import PlainCode


def plain_vq_vae(config: Config, cast: str) -> PlainCode:
    """The nearest entry of a codebook stands for each vector, and follows those that chose it."""
    width, dim = config.prior_width, config.code_dim
    setup = f"""\
# The run's prior over grids of codes, a small PixelCNN which the autoencoder never feels, is left
# out; these are its layers, made only to use up the same random numbers.
_ = nn.Embedding({config.codes}, {width}), nn.Conv2d({width}, {width}, 5)
_ = [(nn.Conv2d({width}, {width}, 3), nn.Conv2d({width}, {width}, 1)) \
for _ in range({config.prior_depth})]
_ = nn.Conv2d({width}, {config.codes}, 1)
codebook = torch.randn({config.codes}, {dim})
counts, sums = torch.ones({config.codes}), codebook.clone()


@torch.no_grad()
def move_codebook(vectors, nearest):  # entries follow the average of the vectors that chose them
    counts.lerp_(torch.bincount(nearest, minlength={config.codes}).float(), {_left(config)})
    sums.lerp_(torch.zeros_like(sums).index_add_(0, nearest, vectors), {_left(config)})
    picks = torch.randint(len(vectors), ({config.codes},), generator=chance)
    dead = counts < {config.restart_below:g}  # entries that nobody chooses begin anew
    sums[dead], counts[dead] = vectors[picks[dead]], 1.0
    alive = counts > 1e-12
    codebook[alive] = (sums / counts[:, None])[alive]
"""
    loss = f"""\
grid = encoder(x){cast}  # a vector of {dim} numbers in each cell
vectors = grid.permute(0, 2, 3, 1).reshape(-1, {dim})
nearest = (codebook.square().sum(1) - 2 * vectors.detach() @ codebook.T).argmin(1)
# Going forward the entry stands for the vector; the gradient goes past the choice.
z = codebook[nearest].view(len(x), *grid.shape[2:], {dim}).permute(0, 3, 1, 2)
x_hat = torch.sigmoid(decoder(grid + (z - grid).detach()){cast})
move_codebook(vectors.detach(), nearest)
return F.mse_loss(x_hat, x) + commitment * F.mse_loss(grid, z)
"""
    return PlainCode(loss, settings=("commitment",), setup=setup)


def _left(config: Config) -> str:
    return f"{1 - config.codebook_decay:g}"
