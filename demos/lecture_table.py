"""The lecture's displayed items, each with the function that computes it and the test that checks it."""
from typing import NamedTuple


class Item(NamedTuple):
    """A formula or a thing asked for, the code that computes it, and a test of it: file::test under tests/."""
    shows: str
    code: str
    test: str


VALUES = "autograd/test_ops.py::test_values_are_those_of_the_plain_formula_in_many_digits"
SLOPES = "autograd/test_ops.py::test_partials_are_those_of_the_plain_formula_in_many_digits"
CHAIN = "viz/test_derivation.py::test_the_lecture"
THREE = "nn/test_deltas.py::test_the_three_agree"
WEIGHTS = "nn/test_deltas.py::test_every_weights_row_is_what_backward_and_the_lectures_rule_give"
DEMOS = "demos/lecture/test_lecture_demos.py"

FORMULAS = [
    Item(r"step: $1$ for $x > 0$, else $0$", "autograd.ops.heaviside", VALUES),
    Item(r"linear: $\varphi(x) = x$", "autograd.ops.linear", VALUES),
    Item(r"sigmoid: $1 / (1 + e^{-x})$", "autograd.ops.sigmoid", VALUES),
    Item(r"tanh: $(e^x - e^{-x}) / (e^x + e^{-x})$", "autograd.ops.tanh", VALUES),
    Item(r"ReLU: $x$ for $x > 0$, else $0$", "autograd.ops.relu", VALUES),
    Item(r"leaky ReLU: $x$ for $x > 0$, else $0.01 x$", "autograd.ops.leaky_relu", VALUES),
    Item(r"ELU: $x$ for $x > 0$, else $\alpha (e^x - 1)$", "autograd.ops.elu", VALUES),
    Item(r"SELU: $\lambda$ times ELU", "autograd.ops.selu", VALUES),
    Item(r"softplus: $\ln(1 + e^x)$", "autograd.ops.softplus", VALUES),
    Item(r"$F = \sum_i \alpha_i \varphi(\sum_j w_{ij} x_j + \beta_i)$", "demos.lecture.universal_approximation.built",
         f"{DEMOS}::test_a_sum_of_sigmoids_comes_as_close_as_is_asked"),
    Item(r"$\lvert F - f \rvert < \epsilon$", "demos.lecture.universal_approximation.distance",
         f"{DEMOS}::test_a_sum_of_sigmoids_comes_as_close_as_is_asked"),
    Item(r"Exercise 1's $\varphi$: $1$ for $x > 0$, else $-1$", "autograd.ops.bipolar",
         "nn/test_mlp.py::test_exercise_1_has_an_activation_of_its_own"),
    Item(r"$J(w) = \frac12 \sum_k (t_k - w^T x_k)^2$ over $N$ patterns", "nn.fit",
         "nn/test_training.py::test_a_full_batch_is_one_step_down_the_mean_or_the_sum"),
    Item(r"$w^{(n+1)} = w^{(n)} + \Delta w^{(n)}$", "nn.SGD",
         "nn/test_optimizers.py::test_sgd_without_momentum_is_the_lectures_rule"),
    Item(r"$\Delta w^{(n)} = -\eta \nabla J(w^{(n)})$", "nn.SGD",
         "nn/test_optimizers.py::test_sgd_without_momentum_is_the_lectures_rule"),
    Item(r"$J(w) = \frac12 \sum_l (t_l - y_l)^2$", "nn.half_squared_error",
         "nn/test_losses.py::test_half_squared_error_sums_over_the_outputs"),
    Item(r"$J(w) = \frac12 \sum_l e_l^2$", "autograd.half_squares",
         "nn/test_losses.py::test_half_squared_error_sums_over_the_outputs"),
    Item(r"$e_l = t_l - y_l$", "nn.half_squared_error",
         "nn/test_losses.py::test_half_squared_error_is_the_lectures_chain"),
    Item(r"$y_l = \varphi(v_l)$", "nn.Neuron", "nn/test_mlp.py::test_a_neuron_is_phi_of_the_weighted_sum"),
    Item(r"$v_l = w^T x$", "autograd.weighted_sum", "nn/test_mlp.py::test_a_neuron_is_phi_of_the_weighted_sum"),
    Item(r"$\frac{\partial J}{\partial w_{lj}} = \frac{\partial J}{\partial e_l} \frac{\partial e_l}{\partial y_l} "
         r"\frac{\partial y_l}{\partial v_l} \frac{\partial v_l}{\partial w_{lj}}$", "viz.derive", CHAIN),
    Item(r"$\frac{\partial J}{\partial e_l} = e_l$", "autograd.half_square",
         "autograd/test_ops.py::test_half_square_has_the_partial_e"),
    Item(r"$\frac{\partial e_l}{\partial y_l} = -1$", "autograd.ops.sub", CHAIN),
    Item(r"$\frac{\partial y_l}{\partial v_l} = \varphi'(v_l)$", "autograd.ops.ACTIVATIONS", SLOPES),
    Item(r"$\frac{\partial v_l}{\partial w_{lj}} = x_j$", "autograd.weighted_sum", CHAIN),
    Item(r"$\frac{\partial J}{\partial w_{lj}} = e_l (-1) \varphi'(v_l) x_j$", "viz.derive", CHAIN),
    Item(r"$w_{lj}^{(t+1)} = w_{lj}^{(t)} + \eta e_l \varphi'(v_l) x_j$", "nn.local_gradients", WEIGHTS),
    Item(r"$J(w) = \frac12 \sum_l (d_l - \varphi_l(v_l))^2$", "nn.half_squared_error",
         "viz/test_derivation.py::test_the_lectures_hidden_layer_has_the_sum_in_brackets"),
    Item(r"$\frac{\partial J}{\partial w_{lj}} = e_l (-1) \varphi'(v_l) y_j$", "nn.local_gradients", WEIGHTS),
    Item(r"$\delta_l = -\frac{\partial J}{\partial v_l} = e_l \varphi'(v_l)$", "nn.local_gradients", THREE),
    Item(r"$\delta_j = -\frac{\partial J}{\partial y_j} \varphi'(v_j)$", "nn.local_gradients", THREE),
    Item(r"$\frac{\partial J}{\partial y_j} = \sum_l e_l (-1) \varphi'(v_l) w_{lj}$", "viz.derive",
         "viz/test_derivation.py::test_the_lectures_hidden_layer_has_the_sum_in_brackets"),
    Item(r"$\delta_j = \varphi'(v_j) \sum_l \delta_l w_{lj}$", "nn.by_hand.deltas",
         "nn/test_by_hand.py::test_the_recursion_on_numbers_worked_on_paper"),
    Item(r"$\Delta w_{ji} = \eta \delta_j x_i$", "nn.local_gradients", WEIGHTS),
    Item(r"$w_{ji} \leftarrow w_{ji} + \Delta w_{ji}$", "nn.SGD",
         "nn/test_deltas.py::test_sgd_makes_the_simultaneous_step"),
]
DERIVATIVES = [
    Item(f"{name}: ${slope}$", f"autograd.ops.{row}", SLOPES) for name, row, slope in [
        ("linear", "linear", "1"), ("sigmoid", "sigmoid", r"\varphi (1 - \varphi)"),
        ("tanh", "tanh", r"1 - \varphi^2"), ("ReLU", "relu", r"0 \text{ or } 1"),
        ("leaky ReLU", "leaky_relu", r"0.01 \text{ or } 1"), ("softplus", "softplus", r"1 / (1 + e^{-x})"),
        ("ELU", "elu", r"\alpha e^x \text{ or } 1"), ("SELU", "selu", r"\lambda \alpha e^x \text{ or } \lambda")]]
OTHERS = [
    Item("the figure of the activation functions", "viz.activations",
         "viz/test_plots.py::test_the_solid_curve_is_the_row"),
    Item("what each of the layers does", "viz.hidden_units",
         "viz/test_plots.py::test_the_line_in_a_panel_is_where_v_is_0"),
    Item("regression heads: one value, several, positive, bounded, a box", "demos.lecture.heads.HEADS",
         f"{DEMOS}::test_each_head_answers_what_its_task_asks"),
    Item("labels scaled to the range of the output, and back", "demos.lecture.heads.scale",
         f"{DEMOS}::test_labels_are_scaled_there_and_back"),
    Item("outliers: MSE, MAE, Huber", "nn.huber", f"{DEMOS}::test_outliers_pull_the_squared_error_s_line"),
    Item("classification heads: binary, multilabel, multiclass", "demos.lecture.heads.HEADS",
         f"{DEMOS}::test_each_head_answers_what_its_task_asks"),
    Item("softmax: between 0 and 1, and adding up to 1", "autograd.ops.softmax",
         "autograd/test_ops.py::test_softmax_is_that_of_many_digits"),
    Item("Exercise 1.1: the expression of y", "viz.expression",
         "viz/test_nested_formula.py::test_the_lectures_network_is_written_out_in_its_inputs"),
    Item("Exercise 1.2: the four outputs", "demos.lecture.exercise1.network", f"{DEMOS}::test_exercise1_by_hand"),
    Item("Exercise 1.3: the decision surface", "viz.decision_surface",
         "viz/test_plots.py::test_the_surface_is_what_the_classifier_answers"),
    Item("forward and backward phase", "viz.draw",
         "viz/test_drawing.py::test_lecture_neuron_in_numbers"),
    Item("the error correction rule (the perceptron's)", "demos.lecture.perceptron.epoch",
         f"{DEMOS}::test_the_error_correction_rule_learns_and_in_six_epochs"),
    Item("the update with hidden units", "nn.local_gradients", WEIGHTS),
    Item("the vector form", "autograd.compile",
         "autograd/compiler/test_vector_form.py::test_the_answer_to_the_lectures_question"),
]
PARTS = {"Displayed formulas": FORMULAS, "Rows of the table of derivatives": DERIVATIVES,
         "Figures, questions and exercises": OTHERS}


def table() -> str:
    """The table in Markdown, numbered through."""
    number, count = 0, sum(map(len, PARTS.values()))
    lines = ["## What the lecture shows, and where it is computed and checked\n\n"
             f"{len(FORMULAS)} displayed formulas, {len(DERIVATIVES)} rows of derivatives and {len(OTHERS)} figures, "
             f"questions and exercises: {count} items.  A link leads to the file of the test of that name."]
    for part, items in PARTS.items():
        lines.append(f"\n**{part}**\n\n| | the lecture | computed by | checked by |\n|---:|---|---|---|")
        for item in items:
            number += 1
            file, _, test = item.test.partition("::")
            words = test.removeprefix("test_").replace("_", " ")
            lines.append(f"| {number} | {item.shows} | `{item.code}` | [{words}](../tests/{file}) |")
    return "\n".join(lines)
