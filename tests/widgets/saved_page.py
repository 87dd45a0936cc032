"""Header and parts of a saved page, read from its text and written back into it."""

import json
import re

from mmviz.widgets.page_parts import page_parts, read_part

_PART = re.compile(r'<script type="application/octet-stream" id="mmviz-part-([\w-]+)">([^<]*)</script>\n')


def study_of(html):
    """Return the header: selection, options and the table of parts."""
    return json.loads(html.split('id="mmviz-study">')[1].split("</script>")[0])


def parts_of(html):
    """Return the content of every part."""
    table = study_of(html)["parts"]
    return {name: read_part(table[name], text) for name, text in _PART.findall(html)}


def with_study(html, study, parts=None):
    """Return the page with another header, and with other parts if given."""
    if parts is not None:
        table, elements = page_parts(parts)
        study = study | {"parts": table}
        first = _PART.search(html).start()
        html = _PART.sub("", html)
        html = html[:first] + elements + html[first:]
    before, rest = html.split('id="mmviz-study">')
    return f'{before}id="mmviz-study">{json.dumps(study)}</script>{rest.split("</script>", 1)[1]}'


def without_parts(html):
    """Return the text of a page that a reader of its source sees: without the parts."""
    return _PART.sub("", html)
