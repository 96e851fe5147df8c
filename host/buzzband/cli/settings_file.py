"""``FILE`` options that take settings."""

import json
import os
from pathlib import Path
from typing import Any

import click

from buzzband_fw.store.schema import SCHEMA, is_valid


class SettingsFile(click.Path):
    """A file like the band's settings.json; becomes what it holds."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the settings by name."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        try:
            settings = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            self.fail(f"{path} is no JSON: {error}.", param, ctx)
        if not isinstance(settings, dict):
            self.fail(f"{path} holds no settings: they stand in {{}}.", param, ctx)
        for name in settings:
            if name not in SCHEMA:
                self.fail(f"{path}: there is no setting {name!r}; there are {', '.join(SCHEMA)}.", param, ctx)
            if not is_valid(name, settings[name]):
                self.fail(f"{path}: {name} cannot be {settings[name]!r}.", param, ctx)
        return settings
