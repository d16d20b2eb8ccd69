"""Train and score both recipes as a plain script would: ``train.py FOLDER``."""

import json
import pickle
import sys
import warnings
from pathlib import Path

from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
with (folder / "train.pkl").open("rb") as file:
    train = pickle.load(file)  # noqa: S301
with (folder / "test.pkl").open("rb") as file:
    test = pickle.load(file)  # noqa: S301
accuracy = {}
for name, learning_rate, momentum in (("classroom", 0.01, 0.0), ("tuned", 0.1, 0.9)):
    model = MLPClassifier(
        hidden_layer_sizes=(32,),
        solver="sgd",
        learning_rate_init=learning_rate,
        momentum=momentum,
        nesterovs_momentum=False,
        batch_size=32,
        max_iter=20,
        alpha=0,
        tol=0,
        n_iter_no_change=21,
        random_state=42,
    )
    model.fit(train["images"].reshape(len(train["images"]), -1), train["labels"])
    accuracy[name] = model.score(test["images"].reshape(len(test["images"]), -1), test["labels"])
(folder / "metrics.json").write_text(json.dumps(accuracy))
