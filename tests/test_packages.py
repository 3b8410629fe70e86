"""What is installed is all there is."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_all_folders_of_modules_are_packages() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    places = settings["package-dir"]
    listed = set()
    for name in settings["packages"]:
        known = max((each for each in places if name == each or name.startswith(f"{each}.")), key=len)
        listed.add(ROOT / places[known] / name.removeprefix(known).lstrip(".").replace(".", "/"))
    found = {path.parent for top in ("api", "catalog", "normalizer", "cli") for path in (ROOT / top).rglob("*.py")}
    assert listed == found
