"""The browser that the tests of pages share, pages to open in it, and what can be read off any of them."""
import re
import shutil
import sysconfig

import pytest

import nn
from autograd import Constant, Value
from demos import mazur, neuron
from nn import half_squared_error
from viz import Film, step_through

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
needs_a_renderer = pytest.mark.skipif(
    not (shutil.which("dot") or shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))),
    reason="neither dot nor graphviz-pure is installed")

HOSTILE = ["</script><script>window.hacked=1</script>", '"><img src=x onerror="window.hacked=1">', "]]>", "<!--", "-->",
           "🎉", "x" * 10_000, "", " ", "\n", "\x00", "${title}", "$policy", "]]></style>", "&lt;", "a\\N",
           "javascript:1"]


# --- pages -----------------------------------------------------------------------------------------------------------


def mazur_error(trains_biases=True):
    """J of Mazur's network; the article does not train its biases, which are Constants then."""
    model = mazur.network()
    for layer in model.layers if not trains_biases else ():
        bias = layer.neurons[0].b
        for unit in layer.neurons:
            unit.b = Constant(bias.data, bias.label)
        layer.neurons[1].b = layer.neurons[0].b
    x1, x2 = mazur.X
    return half_squared_error(model([Value(x1, "x1"), Value(x2, "x2")]), mazur.T)


def trained(film_of, epochs=60, **options):
    """A neuron that learns to be AND, and a film of it at the pattern (1, 0)."""
    model = nn.Neuron(2, "sigmoid", seed=1)
    film = film_of(lambda: half_squared_error(model([Value(1.0, "x1"), Value(0.0, "x2")]), 0.0), **options)
    nn.fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1], half_squared_error, nn.SGD(model.parameters(), 1.0),
           epochs, reduction="sum", on_epoch=film, progress=False)
    return film


GRAPHS = {"neuron": lambda: neuron.with_error(1.0)[1], "mazur": mazur_error}
PAGES = GRAPHS | {"film": lambda: trained(Film, every=3)}


# --- the browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")                  # while it runs no other event loop can, as a notebook's
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason='pip install -e ".[e2e]"')
    if not CHROMIUM:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """A function that writes a graph's or a film's page and opens it; in the end nothing may have gone wrong in it."""
    pages, wrong, requests = {}, [], []

    def open_page(output, step="", context=None, html="", **options):
        path = tmp_path / "page.html"
        if html:
            path.write_text(html)
        elif isinstance(output, Film):
            output.save(path)
        else:
            step_through(output, path, **options)
        key = repr(context)
        if key not in pages:
            options = {"viewport": DESKTOP, "reduced_motion": "reduce"} | (context or {})
            pages[key] = page = browser.new_context(**options).new_page()
            page.set_default_timeout(10_000)
            page.on("console", lambda message: wrong.append(message.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))
        page = pages[key]
        page.goto("about:blank")
        page.goto(path.as_uri() + (f"#{'frame' if isinstance(output, Film) else 'step'}={step}" if step else ""))
        return page

    yield open_page
    for page in pages.values():
        page.context.close()
    assert wrong == []
    assert {url.split("#")[0] for url in requests} <= {(tmp_path / "page.html").as_uri(), "about:blank"}


def at(page):
    """The number of the step or frame that is shown, everywhere the same."""
    [k] = page.evaluate("[...document.querySelectorAll('#steps > li')].flatMap((li, k) => "
                        "getComputedStyle(li).visibility === 'visible' && li.checkVisibility() ? [k + 1] : [])")
    assert page.locator("#count").inner_text().startswith(f"{k} /")
    assert page.locator("#position").input_value() == str(k)
    unit = page.locator("body").get_attribute("data-unit")
    assert page.url.endswith(f"#{unit}={k}")
    return k


def spin(page, name):
    """The number of the live page that can be changed and has this name; of a shared one the first."""
    return page.get_by_role("spinbutton", name=name, exact=True).first


def press(page, *names):
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def output_of(page):
    """J as the live page has it, in full."""
    return float(page.locator("#J").get_attribute("data-value"))


def gradients_of(page):
    """{name: the gradient in the live page's drawing, in full}."""
    return page.evaluate("Object.fromEntries([...document.querySelectorAll('[data-of]')].map(e => "
                         "[e.dataset.of, Number(e.dataset.value)]))")


NUMBERS = """Object.fromEntries([...document.querySelectorAll('#drawing .node')].map(g => [g.id,
    ['value', 'gradient', 'delta'].map(kind => g.querySelector('.' + kind)?.textContent.trim() ?? null)]))"""


def contrast(a, b):
    """WCAG's ratio of two colours rgb(r, g, b)."""
    def luminance(colour):
        parts = [int(x) / 255 for x in re.findall(r"\d+", colour)[:3]]
        r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
