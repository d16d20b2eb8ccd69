"""The stages of the pipeline, one module each, named as in ``dvc.yaml``."""
