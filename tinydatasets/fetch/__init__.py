"""Full benchmarks, fetched when asked for by ``tinydatasets fetch`` and never otherwise."""
