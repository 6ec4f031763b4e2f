"""The table of data sets: what each is, where it is from, and under which licence."""

from dataclasses import dataclass

from aecore import shapes

DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Source:
    """A row of the table.

    folder: torchvision's class of the data set, whose name is its folder's too; "" for a data set
    that is built in and needs no download. download_bytes: of the compressed files.
    """

    name: str
    title: str
    summary: str
    origin: str
    licence: str
    classes: tuple[str, ...]
    train_images: int
    test_images: int
    folder: str = ""
    download_bytes: int = 0

    @property
    def builtin(self) -> bool:
        """Whether it needs no download."""
        return not self.folder


ROWS = (
    Source(
        name="mnist",
        title="MNIST",
        summary="Handwritten digits, by employees of the US census and by pupils.",
        origin="http://yann.lecun.com/exdb/mnist/ (LeCun, Cortes and Burges, 1998)",
        licence="CC BY-SA 3.0",
        classes=DIGITS,
        train_images=60_000,
        test_images=10_000,
        folder="MNIST",
        download_bytes=11_594_722,
    ),
    Source(
        name="fashion_mnist",
        title="Fashion-MNIST",
        summary="Photographs of clothes, shoes and bags: larger areas and fewer strokes.",
        origin="https://github.com/zalandoresearch/fashion-mnist (Xiao, Rasul and Vollgraf, 2017)",
        licence="MIT",
        classes=(
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        ),
        train_images=60_000,
        test_images=10_000,
        folder="FashionMNIST",
        download_bytes=30_878_645,
    ),
    Source(
        name="kmnist",
        title="Kuzushiji-MNIST",
        summary="Ten characters in cursive Japanese script, many of them in several forms.",
        origin="http://codh.rois.ac.jp/kmnist/ (Clanuwat et al., 2018)",
        licence="CC BY-SA 4.0",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        train_images=60_000,
        test_images=10_000,
        folder="KMNIST",
        download_bytes=21_240_888,
    ),
    Source(
        name="digits",
        title="Digits",
        summary="1,797 real handwritten digits that come with scikit-learn, in MNIST's form.",
        origin="Optical Recognition of Handwritten Digits, UCI (Alpaydin and Kaynak, 1998)",
        licence="CC BY 4.0",
        classes=DIGITS,
        train_images=1_442,
        test_images=355,
    ),
    Source(
        name="shapes",
        title="Shapes",
        summary="Generated images whose shape, size, angle, x and y are known exactly.",
        origin="made by aecore/shapes.py, after dSprites (Matthey et al., 2017)",
        licence="MIT, as this project",
        classes=tuple(shapes.OUTLINES),
        train_images=10_560,
        test_images=2_640,
    ),
)

DATASETS: dict[str, Source] = {row.name: row for row in ROWS}
