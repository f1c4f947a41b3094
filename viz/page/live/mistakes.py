"""What the page says to a student's wrong number, by the name of the mistake."""

MISTAKES = {
    "sign": "The size is right, the sign is wrong.",
    "phi_prime_left_out": "φ'(v), the derivative of the activation function, is left out.",
    "phi_for_phi_prime": "φ(v) is used where its derivative φ'(v) belongs.",
    "one_path": "Only some of the paths are counted: the gradients of all the paths are added.",
    "weight_left_out": "The weight on the way back is left out.",
    "updated_weights": "The weights are updated already: the way back needs those of the forward phase.",
}


def sentences() -> dict[str, str]:
    """A sentence for each mistake that the page looks for."""
    return MISTAKES
