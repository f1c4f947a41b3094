"""What the page says to a student's wrong number, by the name of the mistake in nn's catalogue."""

# Those that mistakes.js makes, each by a sweep over other edges.
MISTAKES = "sign", "phi_prime_left_out", "phi_for_phi_prime", "one_path", "weight_left_out", "updated_weights"


def sentences() -> dict[str, str]:
    """The catalogue's sentence for each mistake that the page looks for."""
    from nn.marking import BY_NAME

    return {name: BY_NAME[name].sentence for name in MISTAKES}
