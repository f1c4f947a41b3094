# %% [markdown]
# # Lecture 24, alive
#
# A companion to the lecture on backpropagation, in its order.  Every number below is computed by deltagrad when this
# notebook is executed.  Where the lecture has a slip, a **Slip** says so and gives the right form.  Letters are the
# lecture's: $v = w^T x$, $y = \varphi(v)$, $e = t - y$, $\delta = -\partial J / \partial v$.
#
# The notebook is built from `demos/lecture24.py` by `python -m demos.notebook`.

# %%
# %matplotlib inline
# %config InlineBackend.print_figure_kwargs = {"dpi": 85}
import numpy as np

import nn
import viz
from autograd import Parameter, Value, compile, ops, weighted_sum
from demos.lecture import error_surface, exercise1, heads, hidden_units, huber, perceptron, xor
from demos.lecture import universal_approximation as approximation
from demos.lecture.figures import approximation_figure, losses_figure
from demos.rhw1986 import symmetry
from demos.rhw1986.figures import symmetry_figure

# %% [markdown]
# ## Activation functions
#
# The rows of `autograd.ops`: each states $\varphi$ and $\varphi'$ once, and the graph, the arrays, the formulas and
# this figure use that one statement.

# %%
viz.activations()

# %% [markdown]
# **The table of derivatives, row by row.**  For each row the largest difference between the stated $\varphi'$ and a
# central difference of $\varphi$, at 200 places between -5 and 5, none of them 0.

# %%
x, h = np.linspace(-5, 5, 200), 1e-6
for name, op in ops.ACTIVATIONS.items():
    slope = np.broadcast_to(op.partials(op(x), x)[0], x.shape)
    difference = np.abs(slope - (op(x + h) - op(x - h)) / (2 * h)).max()
    print(f"{name:12} {'agrees' if difference < 1e-8 else difference}")

# %% [markdown]
# **Slips.**
# - The table prints softplus as $(1 + e^x)$; it is $\ln(1 + e^x)$, as in the list before it.
# - ELU's third case says $x > 0$ a second time; it is $x = 0$, where the two sides agree only for $\alpha = 1$.
# - SELU's cases split at $x < 0$ in the table and at $x \leq 0$ in the definition.
# - $\alpha = 1.67326$ is SELU's constant, with $\lambda = 1.0507$.  The lecture takes it for ELU too, whose usual
#   $\alpha$ is 1; deltagrad follows the lecture.
# - The plotting code writes 1.0507 beside its own `lam`, and its `np.vstack` gives shape (8, 100), not (100, 8), so
#   that the figure's `functions[:, i]` has 8 numbers where `x` has 100:

# %%
functions = np.vstack([ops.ACTIVATIONS[name](x[:100]) for name in (
    "linear", "sigmoid", "tanh", "softplus", "relu", "leaky_relu", "elu", "selu")])
functions.shape

# %% [markdown]
# **Which activation for labels 1, 2, ..., 9?**  If they are quantities (a rating): one linear output and a squared
# error, or a bounded one with the labels scaled.  If they are names (digits): nine outputs and softmax, with the labels
# as classes 0 to 8, which is what `nn.cross_entropy` takes.  No $\varphi$ of a single neuron has nine values.
#
# **What does each layer do?**  The first draws straight boundaries, the second combines them, further ones combine
# those: each panel is a neuron's output over the plane of the inputs, for two spirals.

# %%
X, T = hidden_units.spirals()
model = nn.MLP(2, [12, 8, 1], "tanh", "sigmoid", seed=0)
nn.fit(model, X, T, nn.binary_cross_entropy, nn.Adam(model.parameters(), 0.01), 300, 20, progress=False)
print(f"{nn.accuracy(nn.predict(model, X), T):.0%} right")
viz.hidden_units(model, X, T)

# %% [markdown]
# ## Heads: what the output layer is
#
# One value, several, positive (softplus; relu gives $\geq 0$), bounded (tanh or sigmoid, the labels scaled there and
# the outputs back), the four numbers of a box; then one probability, several that need not add up to 1, and softmax.
#
# **Slip.** The lecture says that relu guarantees a positive output; it guarantees one that is not negative.

# %%
for head in heads.HEADS:
    print(f"{head.task:17}{head.outputs} {head.activation:9}{head.loss.__name__:22}"
          f"{heads.describe(head, *heads.predict_held_out(head, 0))}")

# %%
p = ops.softmax([2.0, 1.0, -1.0])
print([round(p_k, 4) for p_k in p], f"sum {sum(p):.4f}")
labels = [ops.sigmoid(v) for v in (2.0, 1.0)]
print([round(y, 4) for y in labels], f"sum {sum(labels):.4f}: two labels, independent of each other")

# %% [markdown]
# **Outliers**: a squared error pulls with $2e$, an absolute one and Huber's with at most 1.

# %%
X, T = huber.data(0)
e = np.linspace(-4, 4, 161)
lines = {name: huber.line(loss, X, T) for name, loss in huber.LOSSES.items()}
losses_figure(e, {name: huber.curve(loss, e) for name, loss in huber.LOSSES.items()}, X[:, 0], T,
              {name: nn.predict(line, X) for name, line in lines.items()})

# %% [markdown]
# **The hyperparameter tables, as code.**  Inputs: one a feature.  Hidden layers: 1 to 5 of 10 to 100 neurons, relu.
# The output layer and the loss are the head's.

# %%
choices = {
    "regression": (nn.MLP(13, [50, 50, 1], "relu", "linear", seed=0), nn.mean_squared_error),
    "regression, outliers": (nn.MLP(13, [50, 50, 1], "relu", "linear", seed=0), nn.huber),
    "positive": (nn.MLP(13, [50, 50, 1], "relu", "softplus", seed=0), nn.mean_squared_error),
    "bounded": (nn.MLP(13, [50, 50, 1], "relu", "tanh", seed=0), nn.mean_squared_error),
    "binary": (nn.MLP(13, [50, 1], "relu", "sigmoid", seed=0), nn.binary_cross_entropy),
    "multilabel": (nn.MLP(13, [50, 2], "relu", "sigmoid", seed=0), nn.binary_cross_entropy),
    "multiclass": (nn.MLP(28 * 28, [100, 10], "relu", "linear", seed=0), nn.cross_entropy),
}
for name, (model, loss) in choices.items():
    print(f"{name:21} {model}, {loss.__name__}")

# %% [markdown]
# ## Universal Approximation Theorem
#
# $$F(x) = \sum_{i=1}^{m_1} \alpha_i \, \varphi(w_i x + \beta_i)$$
#
# is a network with one hidden layer.  Built by hand from sigmoids that are steps, as high as $f$ climbs, it comes as
# close to $f$ as is asked, with more of them.  Trained, it may be closer with few terms and farther with more: the
# theorem says that good constants exist, **not** that they are learned, nor that one layer is best.
#
# Its premise (bounded, increasing, continuous $\varphi$) excludes relu.  Later theorems admit every $\varphi$ that is
# not a polynomial (Leshno, Lin, Pinkus, Schocken 1993), relu too.

# %%
errors = {m1: (approximation.distance(approximation.built(m1)), approximation.distance(approximation.trained(m1, 0)))
          for m1 in approximation.SIZES}
for m1, (built, trained) in errors.items():
    print(f"m1 = {m1:2}   sup|F - f| built {built:.3f}, trained {trained:.3f}")
approximation_figure(approximation.GRID, approximation.f(approximation.GRID),
                     {m1: approximation.terms(approximation.built(m1)) for m1 in (8, 32)}, errors)

# %% [markdown]
# ## Exercise 1
#
# The figure with the weights is not part of the lecture's text: **these weights are our choice**, put in your own.
# $\varphi$ is 1 for $x > 0$, else -1.
#
# 1. The output in terms of the inputs:

# %%
model = exercise1.network()
viz.expression(model([Value(0.0, "x1"), Value(0.0, "x2")]))

# %% [markdown]
# 2. The four outputs, and 3. the decision surface: two lines, and the half-planes that the output neuron combines.

# %%
print({str(x): model(x).data for x in exercise1.POINTS})
viz.decision_surface(model, exercise1.POINTS, nn.predict(model, exercise1.POINTS), xlim=(-6, 11), ylim=(-6, 11))

# %% [markdown]
# ## Error backpropagation
#
# **Forward phase**: values flow from the inputs to $J$.  **Backward phase**: the error flows back.  One neuron, both:

# %%
x1, x2 = Value(0.5, "x1"), Value(-1.0, "x2")
w1, w2, b = Parameter(0.8, "w1"), Parameter(-0.4, "w2"), Parameter(0.1, "b")
v = weighted_sum([w1, w2], [x1, x2], b)
v.label = "v"
y = v.sigmoid()
y.label = "y"
J = nn.half_squared_error(y, 1.0)
viz.draw(J, direction="TB")

# %% [markdown]
# **J over N patterns** is the sum of each pattern's $\frac12 e^2$: `reduction="sum"`.  A step of **gradient descent**,
# $w^{(n+1)} = w^{(n)} + \Delta w^{(n)}$ with $\Delta w^{(n)} = -\eta \nabla J(w^{(n)})$, by hand and by `nn.SGD`:

# %%
patterns, targets = error_surface.X, error_surface.T
neuron, eta = nn.Neuron(2, "tanh", seed=0), 0.1
total = sum((nn.half_squared_error(neuron(x), t) for x, t in zip(patterns, targets)), Value(0.0))
total.backward()
by_hand = [w.data - eta * w.grad for w in neuron.parameters()]
nn.fit(neuron, patterns, targets, nn.half_squared_error, nn.SGD(neuron.parameters(), eta), 1, reduction="sum",
       progress=False)
print(f"J = {total.data:.6f}; the largest difference is below 1e-12: "
      f"{max(abs(w.data - new) for w, new in zip(neuron.parameters(), by_hand)) < 1e-12}")

# %%
neuron, path = error_surface.descent(lr=0.1, momentum=0.0, epochs=60)
viz.error_surface(neuron, patterns, targets, nn.half_squared_error, *neuron.w, path=path, reduction="sum",
                  xlim=(-1, 4), ylim=(-2, 3), title="J over two weights, 60 steps")

# %% [markdown]
# **Slips.**
# - $\Delta w^{(n)}$ is defined as $w^{(n)} - w^{(n-1)}$ and used as $w^{(n+1)} - w^{(n)}$; the second is meant.
# - $N$ counts patterns in one formula and output neurons in another, as $l$ does; $t$ and $d$ are both the target.
#   Here $l$ counts outputs, $N$ patterns, and $t$ is the target.
#
# **Why steps cannot learn this way, and what can.**  The derivative of a step is 0, so $\nabla J = 0$ whatever the
# error.  The error correction rule $\Delta w = \eta \, e \, x$ asks for no derivative, and learns AND:

# %%
neuron = nn.Neuron(2, "heaviside", seed=0)
for w in neuron.parameters():
    w.data = 0.0
J_step = nn.half_squared_error(neuron([1.0, 1.0]), 1.0)
J_step.backward()
print("gradient with J =", J_step.data, ":", [w.grad + 0.0 for w in neuron.parameters()])
for number in range(1, 7):
    wrong = perceptron.epoch(neuron, 1.0)
    print(f"epoch {number}: {wrong} wrong, w = {[w.data for w in neuron.parameters()]}")

# %% [markdown]
# **XOR** is not linearly separable.  One neuron ends at ½ for all four; Goodfellow's two relu neurons are right:

# %%
single = nn.MLP(2, [1], "tanh", "sigmoid", seed=0)
nn.fit(single, xor.X, xor.T, nn.binary_cross_entropy, nn.Adam(single.parameters(), 0.05), 500, progress=False)
print([round(float(y_k), 4) for y_k in nn.predict(single, xor.X)], [xor.goodfellow()(x).data for x in xor.X])

# %% [markdown]
# ## The output layer
#
# The chain rule of the lecture, written from the graph above:
# $\frac{\partial J}{\partial w} = \frac{\partial J}{\partial e} \frac{\partial e}{\partial y}
# \frac{\partial y}{\partial v} \frac{\partial v}{\partial w} = e \, (-1) \, \varphi'(v) \, x$.

# %%
viz.derive(J, w1)

# %% [markdown]
# The update $w_{lj} + \eta \, e_l \, \varphi'(v_l) \, x_j$, for every weight, with the local gradient three ways: by
# the recorded graph, by the lecture's recursion, by differences.

# %%
nn.local_gradients(nn.Neuron(2, "sigmoid", seed=1), [0.5, -1.0], 1.0, lr=0.1)

# %% [markdown]
# **With hidden units**, what changes in this update?  Only the input: $x_j$ becomes $y_j$, the output of the hidden
# neuron $j$ below.
#
# **In vector form**, read off the scalar graph of a 2-3-1 network:

# %%
network = nn.MLP(2, [3, 1], "tanh", "tanh", seed=0)
inputs = [Value(0.5, "x1"), Value(-1.0, "x2"), Value(1.0, "t")]
compile(nn.half_squared_error(network(inputs[:2]), inputs[2]), inputs).vector_form()

# %% [markdown]
# ## The hidden layers
#
# An error is defined at the output alone; the local gradients carry it back:
# $\delta_l = e_l \varphi'(v_l)$ and $\delta_j = \varphi'(v_j) \sum_l \delta_l w_{lj}$.

# %%
network = nn.MLP(2, [2, 2], "sigmoid", "sigmoid", seed=0)
table = nn.local_gradients(network, [0.5, -1.0], [0.0, 1.0], lr=0.1)
table.recursion()

# %%
table

# %% [markdown]
# The same for one hidden weight, through every path from it to $J$:

# %%
J2 = nn.half_squared_error(network([Value(0.5, "x1"), Value(-1.0, "x2")]), [0.0, 1.0])
viz.derive(J2, network.layers[0].neurons[0].w[0])

# %% [markdown]
# **Slips.** One sum has $y_{jl}$ where the text has $y_j$; the last update writes $w_{ij}$ where the rest writes
# $w_{ji}$: it is $\Delta w_{ji} = \eta \, \delta_j x_i$.
#
# ## The recommended paper
#
# Rumelhart, Hinton and Williams (1986) let 6-2-1 networks learn whether six inputs are symmetric.  Eight seeds, as one
# graph; `python -m demos symmetry` runs 100, and `family_trees` the paper's second task.

# %%
sweeps, weights = symmetry.learn(range(5, 13), 2500)
learned = sweeps > 0
code = symmetry.Code(weights[learned])
print(f"{learned.sum()} of {len(sweeps)} have learned within 2,500 sweeps.  In all of them mirrored weights are equal "
      f"and opposite: {code.mirror.max() < 0.01}; signs as in the paper: {code.signs.all()}")
symmetry_figure(sweeps, weights[learned][int(np.argmax(code.like((1, 2, 4))))], symmetry.PAPER_SWEEPS)
