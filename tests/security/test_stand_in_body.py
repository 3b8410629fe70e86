"""The one function that runs as the administrator: what is known of it is what postgis' stand-in has."""

import hashlib
import re
from pathlib import Path

from pgnorm.normalizer.load.harm import HARM
from pgnorm.normalizer.postgres import installation


def test_its_body_is_the_one_that_is_let_be() -> None:
    script = Path(installation.__file__).parent / "extensions" / "postgis--stub.sql"
    bodies = re.findall(r"security definer [^$]*\$\$(.*?)\$\$", script.read_text(), re.DOTALL)
    assert [hashlib.md5(body.encode()).hexdigest() in HARM for body in bodies] == [True]
