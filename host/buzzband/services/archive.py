"""``buzzband archive``: where it is, whether it is whole, and its index made anew."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from buzzband.archive import Archive
from buzzband.archive.check import Checked, Finding, check
from buzzband.errors import ArchiveFaulty
from buzzband.progress import Progress, no_progress
from buzzband.services.session_words import size
from buzzband.wording import count

SCHEMA = "buzzband/archive/1"


@dataclass(frozen=True)
class Report:
    """What a check of an archive found."""

    archive: Path
    checked: Checked


@dataclass(frozen=True)
class Rebuilt:
    """An index that was made anew, of so many raw logs."""

    archive: Path
    logs: int


def open_archive(folder: Path | None = None) -> Archive:
    """Return the archive in a folder, or the user's."""
    return Archive((folder or user_data_path("buzzband")).absolute())


def checked(archive: Archive, progress: Progress = no_progress) -> Report:
    """Look at everything in an archive. Raises ArchiveUnusable."""
    return Report(archive.folder, check(archive, progress))


def require_whole(report: Report) -> None:
    """Raise ArchiveFaulty if anything is as it must not be."""
    faults = sum(finding.is_fault for finding in report.checked.findings)
    if faults:
        raise ArchiveFaulty(f"{count(faults, 'fault')} in the archive {report.archive}.")


def rebuilt(archive: Archive, progress: Progress = no_progress) -> Rebuilt:
    """Make the index of an archive anew. Raises ArchiveUnusable."""
    return Rebuilt(archive.folder, archive.rebuild(progress))


def report_text(report: Report) -> str:
    """Return what ``buzzband archive check`` prints."""
    found = report.checked
    if not (found.logs or found.findings):
        return f"There are no sessions in the archive {report.archive}: nothing to check."
    head = (
        f"{count(found.logs, 'raw log')} in {report.archive}, {size(found.size)}: every one hashed, every record read."
    )
    if not found.findings:
        return f"{head}\nAll is as it should be."
    faults = [finding for finding in found.findings if finding.is_fault]
    notes = [finding for finding in found.findings if not finding.is_fault]
    return "\n".join([head, *(_text("FAULT", one) for one in faults), *(_text("Note", one) for one in notes)])


def _text(label: str, finding: Finding) -> str:
    return f"{label}: {finding.where}\n  {finding.what}\n  {finding.mend}"


def report_document(report: Report) -> dict[str, Any]:
    """Return the document that ``buzzband archive check --json`` prints."""
    found = report.checked
    findings = [{**asdict(one), "fault": one.is_fault} for one in found.findings]
    return {"schema": SCHEMA, "archive": str(report.archive), "logs": found.logs, "size": found.size} | {
        "findings": findings
    }


def rebuilt_text(done: Rebuilt) -> str:
    """Return what ``buzzband archive rebuild`` prints."""
    return f"The index of {done.archive} is made anew from {count(done.logs, 'raw log')}."


def rebuilt_document(done: Rebuilt) -> dict[str, Any]:
    """Return the document that ``buzzband archive rebuild --json`` prints."""
    return {"schema": SCHEMA, "archive": str(done.archive), "logs": done.logs}


def path_document(archive: Archive) -> dict[str, Any]:
    """Return the document that ``buzzband archive path --json`` prints."""
    return {"schema": SCHEMA, "archive": str(archive.folder)}
