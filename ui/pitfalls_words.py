"""The pitfalls in words, first half: codes that are too wide, too narrow, or empty."""

from ui.pitfalls_story import Story

OF_CODES = [
    Story(
        id="too_large",
        title="Latent too large",
        question="Two VAEs learn the same 1,442 small digits, one with 10 latent coordinates, one "
        "with 128. Which of them needs fewer nats (−ELBO) for **new** digits?",
        answers=(
            "The one with 128: more room, smaller error.",
            "The one with 10.",
            "Both the same: the KL switches off at once what isn't needed.",
        ),
        right=1,
        why="Each coordinate that isn't needed has to learn to be silent, and until it is, it "
        "brings noise to the decoder and costs nats. Nothing comes back for them on new digits. "
        "A plain autoencoder pays for nothing, so there more numbers do rebuild more closely (with "
        "256 numbers 0.0045 a pixel on these digits, with 16 numbers 0.0063): it copies whatever "
        "it is shown, and that says little about digits.",
        cause="More coordinates than the data have ways to differ.",
        symptom="A larger code and no gain on the test set; many coordinates near a KL of 0.",
        cure="Fewer coordinates: add some only as long as the test −ELBO gets better.",
        giveaway="The test curve of the wide one: above that of the narrow one all the way.",
    ),
    Story(
        id="too_small",
        title="Latent too small",
        question="An autoencoder gets a code of only 2 numbers, another one 16. The network around "
        "the code is the same, and large. What becomes of the digits in the small one?",
        answers=(
            "They come back sharp, but some as another digit.",
            "They come back as soft averages of all digits that look about alike.",
            "It makes up for the small code with its large decoder, only more slowly.",
        ),
        right=1,
        why="A code of 2 numbers can say which kind of digit, and roughly how slanted. All that it "
        "can't say is filled with the average, and an average of many strokes is grey.",
        cause="Fewer numbers than the data have ways to differ.",
        symptom="Training error and test error stop early, side by side, far from zero.",
        cure="More latent coordinates. More layers or epochs don't help: the neck is the code.",
        giveaway="Train and test lie on one another, and both are high.",
    ),
    Story(
        id="kl_collapse",
        title="KL collapse",
        question="A deep VAE with β = 8 pays for every nat that its code says. At the start of "
        "training the code is still noise and says nothing useful. What will the encoder learn?",
        answers=(
            "Little by little to use all ten coordinates.",
            "To switch most of them off: silence is free, and the decoder learns to do without.",
            "To make σ so small that the KL explodes.",
        ),
        right=1,
        why="While the decoder can't read the code, every nat costs and brings nothing: the "
        "encoder switches it off. Then the decoder never learns to read. *Free bits* take the "
        "price off the first nat of each coordinate, so that there is always something to read.",
        cause="The KL term is felt before the code is worth its price.",
        symptom="A KL near 0, few coordinates in use, blurred digits that look alike.",
        cure="Free bits (as here), KL warm-up (its weight grows from 0), or a smaller β. Often "
        "more than one is needed.",
        giveaway="The KL: it stays near the floor, while that of the other rises at once.",
    ),
    Story(
        id="beta_high",
        title="β far too high",
        question="The same VAE is trained twice, with β = 1 and with β = 50. What does that with "
        "β = 50 draw when it is asked to rebuild a 7?",
        answers=(
            "A 7 that is cleaner than the original.",
            "Noise.",
            "About the same grey blot as for every other digit.",
        ),
        right=2,
        why="At β = 50 a nat in the code has to save 50 nats in the picture. Next to nothing does, "
        "so the code stays empty, and the best picture without a code is the mean of all digits.",
        cause="A price on the code that no stroke can pay.",
        symptom="KL close to 0, reconstructions all alike, samples all alike.",
        cure="A lower β. Look at the rate (KL) and the distortion apart, never at the sum alone.",
        giveaway="The KL: it never leaves the floor.",
    ),
    Story(
        id="ae_samples",
        title="N(0, I) into a plain autoencoder",
        question="A plain autoencoder rebuilds digits very well. Now its decoder is given numbers "
        "drawn from N(0, I), as one does with a VAE. What does it draw?",
        answers=(
            "Digits, and sharper ones than a VAE's.",
            "Mostly shapes that are no digits: it was never asked about those codes.",
            "Nothing but black: the code has to come from the encoder.",
        ),
        right=1,
        why="Nothing told the autoencoder where to put its codes: they lie somewhere far out, in a "
        "few directions. N(0, I) hits the empty land between them. The VAE's KL term puts all "
        "codes where N(0, I) is.",
        cause="Sampling needs a prior, and a plain autoencoder was trained without one.",
        symptom="Good reconstructions, bad samples.",
        cure="A VAE; or fit a distribution to the autoencoder's codes (a Gaussian, a mixture) and "
        "draw from that.",
        giveaway="How far codes lie from the origin, against how far N(0, I) does.",
    ),
    Story(
        id="codebook",
        title="Codebook collapse",
        question="A VQ-VAE has a codebook of 128 random entries. Each step moves the entries that "
        "were chosen towards the vectors that chose them. What becomes of the rest?",
        answers=(
            "They are never chosen: the moved ones are always nearer.",
            "They drift towards the others by themselves.",
            "They are chosen later, when the others are full.",
        ),
        right=0,
        why="The few entries that are near from the start get all vectors and move closer still; "
        "the others stay out in the random place where they began. *Restarts* put an entry that "
        "nobody chose onto a vector of the batch.",
        cause="Only chosen entries learn.",
        symptom="A few entries do all the work; a larger codebook changes nothing.",
        cure="Restart entries that nobody chooses, or start them on real vectors.",
        giveaway="The perplexity: how many entries are in even use.",
    ),
]
