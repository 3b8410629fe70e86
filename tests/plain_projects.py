"""Projects on plain Postgres."""

from pathlib import Path

from pgnorm.normalizer.project.config import Table
from pgnorm.normalizer.project.project import Project


def project_of(root: Path, major: int) -> Project:
    """One in this folder that is for this major version."""
    return Project(root=root, settings=Table(values={"major_version": major}, name="", label="", text=""))
