"""The documentation is held to the code: each check is shown to fail on a planted fault."""
import shutil

import pytest

from tools import readme

MARKDOWN = """First `code` and a [link](https://example.org), snake_ and **bold**.

- one
- two | three

## Title of `it`

| a | b |
|---|---|
| `x` | y_ |

`models/stage.py`:

```python
x = 1

    y = "`*"
```
"""
RST = r"""First ``code`` and a `link <https://example.org>`__, snake\_ and **bold**.

- one
- two \| three

Title of ``it``
---------------

.. list-table::
   :header-rows: 1

   * - a
     - b
   * - ``x``
     - y\_

``models/stage.py``:

.. code-block:: python

   x = 1

       y = "`*"
"""


@pytest.fixture
def papers(tmp_path, monkeypatch):
    """A copy of the addon's papers and of the example, to plant faults in."""
    folder, example = tmp_path / readme.ADDON, tmp_path / "example"
    shutil.copytree(readme.FOLDER / "readme", folder / "readme")
    shutil.copytree(readme.FOLDER / "static" / "description", folder / "static" / "description")
    for name in ("README.rst", "__manifest__.py"):
        shutil.copy(readme.FOLDER / name, folder)
    for name in ("README.md", "CONTRIBUTING.md"):
        shutil.copy(readme.ROOT / name, tmp_path)
    shutil.copytree(readme.EXAMPLE, example)
    for name, value in (("ROOT", tmp_path), ("FOLDER", folder), ("EXAMPLE", example)):
        monkeypatch.setattr(readme, name, value)
    return folder


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def said(check):
    return [problem for _path, problem in check()]


def test_markdown_as_rst():
    assert readme.to_rst(MARKDOWN) == RST


def test_markdown_that_nobody_meant():
    with pytest.raises(ValueError, match="stands between ```: x = 1"):
        readme.to_rst("Code:\n\n    x = 1\n")


def test_the_documentation_is_true():
    for check in (readme.check_readme, readme.check_links, readme.check_examples, readme.check_names):
        assert said(check) == []


def test_readme_that_is_not_made_anew(papers):
    assert said(readme.check_readme) == []
    change(papers / "readme" / "USAGE.md", "A technician", "A mechanic")
    [problem] = said(readme.check_readme)
    assert "run .venv/bin/python -m tools.readme" in problem
    readme.main([])
    assert said(readme.check_readme) == [] and "**A mechanic.**" in (papers / "README.rst").read_text()


def test_readme_that_is_no_rst(papers):
    change(papers / "readme" / "CONTEXT.md", "Field Service", "*Field Service")
    readme.main([])
    assert any("Inline emphasis start-string" in problem for problem in said(readme.check_readme))


def test_link_to_nothing(papers):
    assert said(readme.check_links) == []
    (papers / "static" / "description" / "screen_order.png").unlink()
    change(papers.parent / "CONTRIBUTING.md", "readme/DEVELOP.md", "readme/DEVELOPER.md")
    assert said(readme.check_links) == [
        "links to crm_enova_like/static/description/screen_order.png, which does not exist",
        "links to crm_enova_like/readme/DEVELOPER.md, which does not exist"]


def test_example_that_is_not_in_its_file(papers):
    assert said(readme.check_examples) == []
    develop = papers / "readme" / "DEVELOP.md"
    change(develop, '"rental": "included"', '"rental": "billable"')
    assert said(readme.check_examples) == [
        "models/order_line.py does not hold this, letter for letter: @api.model"]
    change(develop, "`models/order_line.py`:", "`models/line.py`:")
    [problem] = said(readme.check_examples)
    assert problem.startswith("models/line.py is no file of ")
    change(develop, "`models/line.py`:", "So:")
    assert said(readme.check_examples) == ["a block of code names no file before it: @api.model"]
    change(develop, "So:\n\n", "So:\n")
    assert said(readme.check_examples) == ["a block of code has no line of its own before it"]


@pytest.mark.parametrize("old, new, problem", [
    ("`_drop_unused()`", "`_drop_parts()`", "_drop_parts is no method of crm.service.order.line"),
    ("`_check_open()`", "`_check_is_open()`", "_check_is_open is no method of the addon"),
    ("`_check_move(stage, vals)` |", "`_check_move(vals)` |", "_check_move(vals): _check_move takes (stage, vals)"),
    ("| `crm.service.order.line` | `_drop_unused()`", "| `crm.service.order` | `_drop_unused()`",
     "_drop_unused is no method of crm.service.order"),
    ("(`crm.my.work`)", "(`crm.my.tasks`)", "there is no model crm.my.tasks"),
])
def test_name_that_nothing_has(tmp_path, old, new, problem):
    develop = tmp_path / "DEVELOP.md"
    shutil.copy(readme.FOLDER / "readme" / "DEVELOP.md", develop)
    change(develop, old, new)
    assert [text for _path, text in readme.check_names(develop)] == [problem]
