"""Make an edition of TinyDigits as a plain script would: ``make.py {1000,150} FOLDER``."""

import pickle
import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

edition, folder = sys.argv[1], Path(sys.argv[2])
digits = load_digits()
generator = np.random.RandomState(42)
train_rows, test_rows = [], []
for label in range(10):
    rows = np.flatnonzero(digits.target == label)
    generator.shuffle(rows)
    if edition == "1000":
        train_rows.append(rows[:100])
        test_rows.append(rows[100:120])
    else:
        train_rows.append(rows[:15])
        test_rows.append(generator.choice(rows[15:], 5 if label < 7 else 4, replace=False))
folder.mkdir(parents=True, exist_ok=True)
for name, parts in (("train", train_rows), ("test", test_rows)):
    rows = generator.permutation(np.concatenate(parts))
    split = {
        "images": (digits.images[rows] / 16).astype(np.float32),
        "labels": digits.target[rows].astype(np.int64),
    }
    with (folder / f"{name}.pkl").open("wb") as file:
        pickle.dump(split, file, protocol=4)
