"""Sphinx configuration. The source folder is the repository: pages link to each other as they do there."""

from importlib.metadata import version as installed_version

project = "Buzzband"
author = "Buzzband contributors"
copyright = "2026, Buzzband contributors"
release = version = installed_version("buzzband")

root_doc = "docs/index"
include_patterns = ["docs/*.md", "hardware/*.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
exclude_patterns = [".*", "build", "device", "host", "tests"]
html_extra_path = ["site"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "furo"
html_title = "Buzzband"
html_copy_source = False
html_static_path = ["static"]
html_css_files = ["tables.css"]
