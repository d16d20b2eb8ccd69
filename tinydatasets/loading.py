"""Find a dataset by its name and load it."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args, overload

import numpy as np

from tinydatasets.home import home
from tinydatasets.pickles import read_split
from tinydatasets.types import (
    Dataset,
    FormatError,
    Split,
    Text,
    count_classes,
    listed_sums,
    restore,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from tinydatasets.fetch.benchmarks import Benchmark

# Not pathlib, where it can be helped: importing that takes as long as all else that `load` does.
_PACKAGE: Final = os.path.dirname(__file__)

if not os.path.isdir(_PACKAGE):
    raise ImportError(
        "tinydatasets is in a ZIP archive, such as its wheel, from which files can't be read:"
        f" `pip install {os.path.dirname(_PACKAGE)}`"
    )

T = TypeVar("T")
# What editors complete; any other name may be a dataset of a user's own.
Scaled = Literal["tinydigits", "tinydigits-150"]
Whole = Literal["tinymnist", "mnist", "cifar10"]
TextName = Literal["tinytalks", "tinytalks-1200"]
Shape = Literal["image", "flat", "channels_last", "channels_first"]
# By which files a dataset is known, of which one may be gone.
_IMAGES: Final = (".pkl", "samples.csv")
_TEXTS: Final = (".jsonl",)


def _folder() -> str:
    """Return the folder of the datasets: within an installed package, beside it in a clone."""
    installed = os.path.join(_PACKAGE, "datasets")
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(_PACKAGE), "datasets")


def _names(endings: tuple[str, ...], folder: str | None = None) -> list[str]:
    """Return the names of the folders that have a file whose name has one of the endings."""
    folder = folder or _folder()
    below = (
        [entry for entry in os.scandir(folder) if entry.is_dir()] if os.path.isdir(folder) else []
    )
    return sorted(e.name for e in below if any(f.endswith(endings) for f in os.listdir(e.path)))


def _read(read: Callable[[str], T], name: str) -> T:
    try:
        return read(os.path.join(_folder(), name))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error.filename} is missing. {restore(error.filename)}") from None


def names() -> list[str]:
    """Return the name of each dataset and text that is here, fetched benchmarks among them.

    `load` takes those of images, `load_text` those of texts.

    Examples
    --------
    >>> {"tinydigits", "tinymnist", "tinytalks"} <= {*names()}
    True
    """
    from tinydatasets.fetch.benchmarks import BENCHMARKS  # noqa: PLC0415

    fetched = [name for name in BENCHMARKS if (home() / name / "test-labels.npy").is_file()]
    return sorted({*_names((*_IMAGES, *_TEXTS)), *fetched})


def path(name: Scaled | Whole | TextName | str) -> Path:
    """Return the folder of a dataset or a text: its files, its card and its other papers.

    It raises a ValueError if there is none of that name, or it has not been fetched.

    Examples
    --------
    >>> (path("tinydigits") / "samples.csv").read_text().splitlines()[0]
    'split,row,label,class,tier,difficulty'
    """
    from pathlib import Path  # noqa: PLC0415

    from tinydatasets.fetch.benchmarks import BENCHMARKS  # noqa: PLC0415

    shipped = _names((*_IMAGES, *_TEXTS))
    if name in shipped:
        return Path(_folder(), name)
    if name in names():
        return home() / name
    raise _not_fetched(name) if name in BENCHMARKS else _unknown(name, shipped, sorted(BENCHMARKS))


def _nearest(word: object, words: Sequence[str]) -> str:
    """Return the question whether the nearest of some words was meant, if any is near."""
    import difflib  # noqa: PLC0415 - only an error needs it

    near = difflib.get_close_matches(str(word).lower(), words, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _not_fetched(name: str) -> ValueError:
    return ValueError(
        f"{name} is not in {home() / name}. `tinydatasets fetch {name}` says how large it is and"
        f" where it comes from, `tinydatasets fetch {name} --download` fetches it."
    )


def _unknown(
    name: str, names: list[str], fetched: list[str], other: str = "", others: Sequence[str] = ()
) -> ValueError:
    """Return the error that says what there is; `other` is the function that loads the `others`."""
    hint = _nearest(name, [*names, *fetched])
    if str(name).lower() in others:
        hint = f" Did you mean `tinydatasets.{other}({str(name).lower()!r})`?"
    more = f", and once fetched {', '.join(fetched)}" if fetched else ""
    there = f"there are {', '.join(names)}{more}"
    folder, here = os.path.realpath(_folder()), os.path.realpath("datasets")
    if here != folder and name in _names((*_IMAGES, *_TEXTS), here):
        hint = f" {here} has it: `pip install -e .` there lets Python take that package."
    return ValueError(f"no dataset {name!r} in {folder}; {there}.{hint}")


@overload
def load(name: Scaled, *, scale: bool = ..., shape: Shape = ...) -> Dataset[np.float32]: ...
@overload
def load(name: Whole, *, scale: Literal[False] = ..., shape: Shape = ...) -> Dataset[np.uint8]: ...
@overload
def load(name: str, *, scale: Literal[True], shape: Shape = ...) -> Dataset[np.float32]: ...
@overload
def load(name: str, *, scale: bool = ..., shape: Shape = ...) -> Dataset: ...
def load(name: str, *, scale: bool = False, shape: Shape = "image") -> Dataset[Any]:
    """Load a dataset that ships with the package, that the pipeline built, or that was fetched.

    Nothing is ever fetched from here: that is what the command ``tinydatasets fetch`` is for.

    Parameters
    ----------
    name : str
        The dataset's name: ``"tinydigits"`` (1000 training and 200 test images of 8 x 8 pixels),
        ``"tinydigits-150"`` (150 and 47), ``"tinymnist"`` (1000 and 200 of 28 x 28), one of your
        own in ``params.yaml``, or once fetched ``"mnist"`` (60,000 and 10,000 of 28 x 28) or
        ``"cifar10"`` (50,000 and 10,000 of 32 x 32 x 3).
    scale : bool
        Whether images are float32 in [0, 1], whatever they were published as: uint8 is divided by
        255.
    shape : {"image", "flat", "channels_last", "channels_first"}
        The shape of images, for c channels, 1 if they are grey and 3 in colour: ``"image"`` as
        below, ``"flat"`` (n, height * width * c), ``"channels_last"`` (n, height, width, c) or
        ``"channels_first"`` (n, c, height, width).

    Returns
    -------
    Dataset
        The splits `train` and `test`, each a pair of `images` (float32, shape (n, height, width),
        in [0, 1]) and `labels` (int64, shape (n,)). The images of ``"tinymnist"``, ``"mnist"`` and
        ``"cifar10"`` are as they were published: uint8, 0 to 255, those of ``"cifar10"`` of shape
        (n, height, width, 3). All arrays are C-contiguous.
        It unpacks as ``train, test``. Its attribute `val` is the third split of a dataset that has
        one, or None, and `classes` the names of the classes, in label order.

    Raises
    ------
    ValueError
        If there is no such shape or no dataset of that name, if it has not been fetched, or (as
        its subclass `FormatError`) if a file of it is damaged, or another than ``SHA256SUMS``
        lists. What was fetched is checked when it is fetched.
    OSError
        If a file of it is missing or can't be read.

    Examples
    --------
    >>> import tinydatasets
    >>> train, test = tinydatasets.load("tinydigits")
    >>> train
    Split
      images  float32 (1000, 8, 8), 0.0 to 1.0
      labels  int64 (1000,), 0 to 9
    >>> test.images.shape
    (200, 8, 8)
    >>> dataset = tinydatasets.load("tinymnist")
    >>> dataset.classes[dataset.train.labels[0]], dataset.val
    ('4', None)
    >>> tinydatasets.load("tinymnist", scale=True, shape="flat").train
    Split
      images  float32 (1000, 784), 0.0 to 1.0
      labels  int64 (1000,), 0 to 9
    """
    if shape not in get_args(Shape):
        allowed = ", ".join(map(repr, get_args(Shape)))
        hint = _nearest(shape, get_args(Shape))
        raise ValueError(f"shape={shape!r}: expected one of {allowed}.{hint}")
    dataset = _loaded(name)

    def converted(split: Split) -> Split[Any]:
        images: npt.NDArray[Any] = split.images
        if scale and images.dtype == np.uint8:
            images = images.astype(np.float32) / np.float32(255)
        return Split(_reshaped(images, shape), split.labels)

    train, test = map(converted, dataset)
    return Dataset(train, test, dataset.val and converted(dataset.val), dataset.classes)


def _reshaped(images: npt.NDArray[Any], shape: Shape) -> npt.NDArray[Any]:
    """Return images of shape (n, h, w) or (n, h, w, 3) in a shape that `load` names."""
    if shape == "flat":
        return images.reshape(len(images), math.prod(images.shape[1:]))
    if shape != "image" and images.ndim == 3:
        images = images[..., np.newaxis]
    return np.ascontiguousarray(np.moveaxis(images, -1, 1) if shape == "channels_first" else images)


def _loaded(name: str) -> Dataset:
    """Load a dataset as it was published."""
    names = _names(_IMAGES)
    if name in names:
        return _read(_released, name)
    # Imported here: only benchmarks need the code that reads downloads.
    from tinydatasets.fetch.benchmarks import BENCHMARKS  # noqa: PLC0415

    if name in BENCHMARKS:
        return _fetched(BENCHMARKS[name])
    raise _unknown(name, names, sorted(BENCHMARKS), "load_text", _names(_TEXTS))


def _released(folder: str) -> Dataset:
    """Load what is in the folder of a dataset; only some have ``val.pkl`` or ``classes.json``."""
    train, test = (read_split(os.path.join(folder, f"{split}.pkl")) for split in ("train", "test"))
    # One that is listed and gone is missing.
    files = {*listed_sums(folder), *os.listdir(folder)}
    val = read_split(os.path.join(folder, "val.pkl")) if "val.pkl" in files else None
    names = None
    if "classes.json" in files:
        from tinydatasets.classes import read_classes  # noqa: PLC0415

        names = read_classes(os.path.join(folder, "classes.json"), count_classes(train, test, val))
    return Dataset(train, test, val, names)


def _fetched(benchmark: Benchmark) -> Dataset:
    """Load what ``tinydatasets fetch`` left in the folder of the benchmark."""
    name, folder = benchmark.name, home() / benchmark.name

    def read(file: str, dtype: str, *shape: int) -> npt.NDArray[Any]:
        array: npt.NDArray[Any] = np.load(folder / file, allow_pickle=False)
        if array.dtype != dtype or array.shape != shape:
            found = f"{array.dtype} {array.shape}"
            raise ValueError(f"{file}: expected {dtype} {shape}, found {found}")
        return array

    try:
        train, test = (
            Split(
                read(f"{split}-images.npy", "uint8", rows, *benchmark.image),
                read(f"{split}-labels.npy", "int64", rows),
            )
            for split, rows in (("train", benchmark.train), ("test", benchmark.test))
        )
    except FileNotFoundError:
        raise _not_fetched(name) from None
    except (ValueError, EOFError) as error:
        raise FormatError(
            f"{folder} is damaged ({error}). `tinydatasets fetch {name} --download` mends it."
        ) from None
    return Dataset(train, test, classes=benchmark.classes)


def load_text(name: TextName | str) -> Text:
    """Load questions and answers that ship with the package or were built in this clone.

    Parameters
    ----------
    name : str
        The text's name: ``"tinytalks"`` (212 training, 44 validation and 44 test pairs in five
        levels), ``"tinytalks-1200"`` (840, 180 and 180 pairs), or one of your own in
        ``params.yaml``.

    Returns
    -------
    Text
        The splits `train`, `val` and `test`, each a list of `Pair`: `id`, `level`, `question` and
        `answer`, in the order of the authored file. Only `val` may be empty.

    Raises
    ------
    ValueError
        If there is no text of that name, or (as its subclass `FormatError`) if a file of it is
        damaged, or another than ``SHA256SUMS`` lists.
    OSError
        If a file of it is missing or can't be read.

    Examples
    --------
    >>> import tinydatasets
    >>> tinydatasets.load_text("tinytalks")
    Text
      train  212 pairs, the first Pair(id='1-01', level=1, question='Who a...
      val    44 pairs, the first Pair(id=...
      test   44 pairs, the first Pair(id=...
    >>> train, val, test = tinydatasets.load_text("tinytalks")
    >>> train[-1].question, train[-1].answer
    ('Eva sings. Ben swims. What does Ben do?', 'Ben swims.')
    """
    from tinydatasets.texts import read_splits  # noqa: PLC0415

    names = _names(_TEXTS)
    if name not in names:
        raise _unknown(name, names, [], "load", _names(_IMAGES))
    return _read(read_splits, name)
