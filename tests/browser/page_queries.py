"""What a person would see in the view: its maps as pixels, its words, its numbers."""

import time

PIXELS = """() => [...document.querySelectorAll('.mmv-state canvas')].map((c) =>
  [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data])"""


def maps(page):
    """Return the RGBA values of every state map, as lists."""
    return page.evaluate(PIXELS)


def sentence(page):
    """Return the view's sentence, drawn or not: JupyterLab leaves out what has scrolled away."""
    return page.locator(".mmv-readout").text_content()


def values(page, label):
    """Return the numbers of one table, top to bottom."""
    return page.locator(f"table[aria-label='{label}'] .mmv-value").all_inner_texts()


def slider(page, label):
    """Return the slider of this name."""
    return page.get_by_role("slider", name=label)


CONTRASTS = """() => {
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  // the luminance (WCAG 2.2) of colours painted over each other
  const luminance = (...layers) => {
    for (const colour of ['white', ...layers]) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => (e ? [...ground(e.parentElement), getComputedStyle(e).backgroundColor] : []);
  const written = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.checkVisibility();
  return [...document.querySelectorAll('main *')].filter(written)
    .filter((e) => !e.matches('.mmv-glyph, .mmv-hidden-text, option, script'))
    .map((e) => {
      const under = ground(e), a = luminance(...under), b = luminance(...under, getComputedStyle(e).color);
      return [e.textContent, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    }); }"""


def contrasts(page):
    """Return [text, contrast ratio] for every element that shows text (a glyph always stands beside its name)."""
    return page.evaluate(CONTRASTS)


_KEPT = """async () => {
  for (let tall = 0, since = 0, n = 0; since < 9 && n < 250; n++) {
    const now = document.documentElement.scrollHeight;
    since = now === tall ? since + 1 : 0;
    tall = now;
    await new Promise((done) => setTimeout(done, 20));
  }
}"""


def settle(page):
    """Wait until the page keeps its height: 120 ms after its first drawing the panels out of sight are measured, and places move."""
    page.evaluate(_KEPT)


def changed(page, look, before, seconds=30):
    """Return what ``look`` returns once it is no longer ``before``; after the limit: ``before``. A busy machine draws later than it is asked to."""
    for _ in range(10 * seconds):
        now = look(page)
        if now != before:
            return now
        time.sleep(0.1)
    return before
