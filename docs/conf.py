"""Sphinx configuration."""

from importlib.metadata import version as installed_version

project = "Buzzband"
author = "Buzzband contributors"
copyright = "2026, Buzzband contributors"
release = version = installed_version("buzzband")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_typehints = "description"
html_theme = "furo"
html_title = "Buzzband"
exclude_patterns = ["_build"]
