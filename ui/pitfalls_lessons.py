"""The pitfalls in words, second half: wrong lines of code, wrong inputs, wrong conclusions."""

from ui.pitfalls_story import Story
from ui.pitfalls_words import OF_CODES

_VAE_LOSS = "aecore.models.vae:VAE.loss"
_VAE_ENCODE = "aecore.models.vae:VAE.encode"

OF_LINES = [
    Story(
        id="mean_kl",
        title="KL averaged, not summed",
        question="`kl.mean()` instead of `kl.sum(1).mean()`: one word in the loss of a VAE with 20 "
        "coordinates. The reconstruction stays summed over pixels. What happens?",
        answers=(
            "Nothing: a factor in the loss is a matter of the learning rate.",
            "It rebuilds better than before, and its samples get worse.",
            "The code collapses: the KL weighs too much.",
        ),
        right=1,
        why="Averaged over 20 coordinates the KL weighs a 20th: it is a β of 1/20 in disguise. "
        "Reconstructions get better, which looks like success. But codes are no longer kept near "
        "N(0, I), so that samples from it miss them.",
        cause="`mean()` divides by the number of coordinates; the equation has a sum.",
        symptom="A KL of many more nats than usual; fine reconstructions; poor samples.",
        cure="Sum over coordinates and over pixels, average over images only.",
        giveaway="The KL in nats, summed: it settles several times too high.",
        wrong_code="aecore.models.faults:MeanKLVAE.loss",
        right_code=_VAE_LOSS,
    ),
    Story(
        id="squared_error",
        title="Squared error in a VAE",
        question="One VAE is trained for squared error + KL, one for cross-entropy + KL. Which of "
        "the two ends with the smaller **squared error** on the test images?",
        answers=(
            "The one that was trained for squared error, of course.",
            "The one that was trained for cross-entropy.",
        ),
        right=1,
        why="The squared error of an image is a few units large, the cross-entropy about a hundred "
        "nats. Beside the same KL, the small one loses: the code is worth fewer nats, coordinates "
        "are switched off, and even the squared error is larger than it had to be.",
        cause="A squared error is a likelihood only with a variance: the sum stands for Gaussian "
        "pixels with σ² = ½, which is far more noise than digits have.",
        symptom="Blurred digits, fewer coordinates in use, half of the usual KL.",
        cure="Cross-entropy for pixels in [0, 1], or a Gaussian with its own, small σ.",
        giveaway="The KL: the same network says much less.",
        wrong_code="aecore.models.faults:SquaredErrorVAE.loss",
        right_code=_VAE_LOSS,
    ),
    Story(
        id="raw_pixels",
        title="Inputs not normalised",
        question="Pixels are left as the file has them, 0 to 255; the decoder ends in a sigmoid, 0 "
        "to 1. What does the autoencoder draw after 20 epochs?",
        answers=(
            "The same digits, only the loss is a larger number.",
            "Grey digits: it needs longer.",
            "The same blot of full ink for every digit.",
        ),
        right=2,
        why="A pixel of 100 wants the sigmoid to answer 100; the most it can say is 1. So every "
        "pixel that ever has ink is pushed to 1, and there the sigmoid is flat: no gradient is "
        "left to tell one digit from another.",
        cause="Inputs and targets outside the range that the last layer can reach.",
        symptom="A loss in the thousands that hardly moves; pictures of pure black and white.",
        cure="Divide by 255, and look at the smallest and largest value of a batch once.",
        giveaway="The error, in units of full ink: it stays where it starts.",
        wrong_code="aecore.models.faults:RawPixelsAutoencoder",
        right_code="aecore.models.autoencoder:Autoencoder.loss",
    ),
    Story(
        id="relu_logvar",
        title="A ReLU on the log-variance",
        question="Out of habit, somebody puts a ReLU behind every layer, the one for log σ² "
        "included. What can this encoder no longer say?",
        answers=(
            "That it is sure: σ can't be less than 1.",
            "That it is unsure: σ can't be more than 1.",
            "Nothing changes: σ is positive anyway.",
        ),
        right=0,
        why="A ReLU makes log σ² ≥ 0, so σ ≥ 1: as wide as the prior. The only way left to say "
        "something is to throw the means far apart, and distance costs nats: the code costs as "
        "much as before and says less, so the digits come back blurred.",
        cause="An activation behind a head that has to reach both signs.",
        symptom="No σ below 1; a KL as usual, but blurred digits and a worse −ELBO.",
        cure="No activation behind the mean and the log-variance.",
        giveaway="The histogram of σ: a wall at 1.",
        wrong_code="aecore.models.faults:ReluLogvarVAE.encode",
        right_code=_VAE_ENCODE,
    ),
    Story(
        id="learning_rate",
        title="Learning rate too high",
        question="An autoencoder is trained with Adam at 0.1 instead of 0.001. What does its loss "
        "do?",
        answers=(
            "It falls a hundred times as fast, then jitters around the same value.",
            "It stays high: after a few steps the units are dead, and dead they stay.",
            "It becomes NaN at once.",
        ),
        right=1,
        why="Adam moves every weight by about the learning rate, whatever the gradient. Steps of "
        "0.1 are larger than the weights: ReLUs are thrown below zero for every image, and where "
        "they answer 0 no gradient comes back. What is left is one picture for all.",
        cause="Steps larger than the weights they change.",
        symptom="A loss that jumps at the start, then stays flat; or NaN.",
        cure="A third, then a third of that. 0.001 to 0.003 suits Adam on these models.",
        giveaway="The training loss: flat from the first epoch.",
    ),
    Story(
        id="off_centre",
        title="A drawing off centre",
        question="A test digit is moved six pixels to the right, and nothing else. It is still the "
        "same 7 to anybody. What does a VAE make of it that rebuilds it well in the middle?",
        answers=(
            "The same 7, six pixels to the right.",
            "The same 7, back in the middle.",
            "Something else: a blurred shape, often another digit.",
        ),
        right=2,
        why="Every digit of MNIST was centred by its mass before anyone trained on it. A dense "
        "layer has a weight for each place, and has never seen ink in these. It answers with what "
        "is likely among centred digits.",
        cause="Inputs prepared otherwise than the training data were.",
        symptom="Good figures on the test set, poor ones for visitors' drawings.",
        cure="The same preparation: fit into 20 × 20, centre by mass. The pads here do it.",
        giveaway="The error against the shift.",
        wrong_code="aecore.pitfalls_shift:moved",
        right_code="aecore.drawing:normalise",
        on_drawing=True,
    ),
    Story(
        id="tsne",
        title="t-SNE illusions",
        question="t-SNE has drawn this map of 300 points, each of 32 numbers. Into how many groups "
        "do the points really fall?",
        answers=(
            "Several dozen small ones, as the map shows.",
            "Three or four large ones.",
            "None: it is one cloud of noise.",
        ),
        right=2,
        why="The points are noise, N(0, I). With a low perplexity t-SNE looks at two or three "
        "neighbours of each point, and draws them together: noise gets clumps. And it "
        "keeps no distances: the group that is ten times as far away lies as near as the other, "
        "and one that is ten times as wide looks as small.",
        cause="t-SNE keeps who is near to whom, and nothing else.",
        symptom="Clumps that change with perplexity and seed; gaps and sizes that mean nothing.",
        cure="Several perplexities and seeds; PCA beside it; look in the original space.",
        giveaway="The same points with another perplexity.",
        wrong_code="aecore.pitfalls_tsne:tsne",
        right_code="aecore.pitfalls_tsne:pca",
    ),
]

_ORDER = (
    "beta_high",
    "kl_collapse",
    "mean_kl",
    "squared_error",
    "relu_logvar",
    "ae_samples",
    "too_small",
    "too_large",
    "codebook",
    "learning_rate",
    "raw_pixels",
    "off_centre",
    "tsne",
)
_ALL = {story.id: story for story in [*OF_CODES, *OF_LINES]}
STORIES: dict[str, Story] = {name: _ALL[name] for name in _ORDER}
