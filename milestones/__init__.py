"""Historic programs, from the perceptron to the transformer. Each file is a lesson."""

# What runs offline, in the order of history; the last four need PyTorch. `lecun_cifar10` needs a
# download first.
OFFLINE = tuple(
    "forward_pass perceptron_trained xor_crisis xor_solved mlp_digits mlp_mnist "
    "cnn_digits vaswani_chatgpt vaswani_copilot profile_kv_cache".split()
)
