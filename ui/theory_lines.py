"""Which line of our source says which equation. A test finds every fragment in a real source."""

#: By name: what a line must hold for the equation to stand beside it.
ROWS = {
    "code": "z=self.to_code(",
    "active": "z.relu()",
    "rebuilt": "x_hat = self.reconstruct(x)",
    "from_noisy": "x_hat = self.reconstruct(noisy)",
    "decoded": "x_hat = torch.sigmoid(self.decode(z))",
    "squared": "mean_squared_error(x_hat, x)",
    "noisy": "noisy = self.corrupt(",
    "sparse": "self.config.sparsity * l1(z)",
    "told": "x = torch.cat([x.flatten(1), one_hot(y)]",
    "mean": "mean = self.to_mean(h)",
    "posterior": "return Code(z=mean, mean=mean",
    "draw": "z = reparameterise(",
    "distortion": "distortion = bernoulli_nll(",
    "kl": "kl = gaussian_kl(",
    "weighed": '"kl": self.kl_weight *',
    "elbo": '"negative_elbo_nats": distortion + rate',
    "nearest": "indices = self._nearest(",
    "entries": "z = self.embed(indices)",
    "through": "straight_through(vectors, z)",
    "commitment": "self.config.commitment *",
    "prior": "prior_nats = self.prior.nll(",
}

#: By the same name: the equation, in LaTeX.
EQUATIONS = {
    "code": r"z = f_\varphi(x)",
    "active": r"z = \max(0, f_\varphi(x))",
    "rebuilt": r"\hat x = \sigma\!\left(g_\theta(f_\varphi(x))\right)",
    "from_noisy": r"\hat x = \sigma\!\left(g_\theta(f_\varphi(\tilde x))\right)",
    "decoded": r"\hat x = \sigma\!\left(g_\theta(z)\right)",
    "squared": r"\frac{1}{N} \sum_{i=1}^{N} (\hat x_i - x_i)^2",
    "noisy": r"\tilde x = \mathrm{clip}_{[0,1]}(x + \sigma\varepsilon), \; "
    r"\varepsilon \sim \mathcal{N}(0, I)",
    "sparse": r"\lambda \sum_{j=1}^{D} |z_j|",
    "told": r"x \leftarrow [x, \mathrm{onehot}(y)]",
    "mean": r"\mu = W_\mu h + b_\mu",
    "posterior": r"q(z|x) = \mathcal{N}\!\left(\mu(x), \sigma^2(x)\right)",
    "draw": r"z = \mu + \sigma \odot \varepsilon, \; \varepsilon \sim \mathcal{N}(0, I)",
    "distortion": r"-\log p(x|z) = -\sum_i x_i \log \hat x_i + (1 - x_i) \log(1 - \hat x_i)",
    "kl": r"\mathrm{KL}_j = \tfrac{1}{2}\left(\mu_j^2 + \sigma_j^2 - \log \sigma_j^2 - 1\right)",
    "weighed": r"\beta \sum_{j=1}^{D} \mathrm{KL}_j",
    "elbo": r"-\mathrm{ELBO} = \mathbb{E}_q[-\log p(x|z)] + \mathrm{KL}(q(z|x) \| p(z))",
    "nearest": r"k = \operatorname*{arg\,min}_j \|z_e - e_j\|^2",
    "entries": r"z_q = e_k",
    "through": r"z = z_e + \mathrm{sg}[z_q - z_e]",
    "commitment": r"\gamma\, \|z_e - \mathrm{sg}[e_k]\|^2",
    "prior": r"-\log p(k) = -\sum_c \log p(k_c | k_{<c})",
}
