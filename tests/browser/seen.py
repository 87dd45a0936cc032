"""What a person would see in the view: its maps as pixels, its words, its numbers."""

PIXELS = """() => [...document.querySelectorAll('.mmv-state canvas')].map((c) =>
  [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data])"""


def maps(page):
    """Return the RGBA values of every state map, as lists."""
    return page.evaluate(PIXELS)


def sentence(page):
    return page.locator(".mmv-readout").inner_text()


def values(page, label):
    """Return the numbers of one table, top to bottom."""
    return page.locator(f"table[aria-label='{label}'] .mmv-value").all_inner_texts()


def slider(page, label):
    return page.get_by_role("slider", name=label)
