"""The historic ladder, from the perceptron to the transformer: one short program for each step."""
