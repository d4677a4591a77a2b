"""The certificate that clips are signed with is looked at when the service starts, and again by the doctor."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.bootstrap import open_continuity
from api.certificates import UnusableCertificate, load_certificate
from api.checks import check_certificate
from api.settings import Settings, UnusableSettings
from tests.registry.blobs.signing import DAY, House, house


@pytest.fixture(scope="module")
def ours() -> House:
    return house("Han River")


def files(ours: House, folder: Path) -> tuple[Path, Path]:
    chain, key = ours.files(folder).values()
    return Path(chain), Path(key)


def test_a_certificate_says_who_signs_and_how_long(ours: House, tmp_path: Path) -> None:
    """Its name, its end, the algorithm that goes with the key."""
    found = load_certificate(*files(ours, tmp_path), "")

    assert (found.signer, found.material.algorithm, found.material.time_stamps) == ("Han River", "es256", "")
    assert 89 <= (found.not_after - datetime.now(UTC)).days <= 90
    assert ours.key not in repr(found)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda chain, _: chain.unlink(), "cannot be read"),
        (lambda chain, _: chain.write_text("x"), "no certificates in PEM"),
        (lambda chain, _: chain.write_text("x" * 70_000), "larger than"),
        (lambda _, key: key.write_text("x"), "no private key"),
        (lambda _, key: key.write_text(house("Other").key), "is not the key of"),
        (lambda _, key: key.chmod(0o644), "can be read by others"),
        (
            lambda chain, _: chain.write_text(
                "-----BEGIN".join(["", *chain.read_text().split("-----BEGIN")[:0:-1]])
            ),
            "stands first",
        ),
    ],
)
def test_what_cannot_sign_is_told(ours: House, tmp_path: Path, spoil, words: str) -> None:
    """A file that is not there, no PEM, another key, one that others may read, an authority's certificate first."""
    chain, key = files(ours, tmp_path)
    spoil(chain, key)

    with pytest.raises(UnusableCertificate, match=words) as refused:
        load_certificate(chain, key, "")
    assert refused.value.variable.startswith("CONTINUITY_C2PA_")


def test_a_service_does_not_start_with_what_cannot_sign(ours: House, tmp_path: Path) -> None:
    """Chain and key come together, and what is wrong with them is named with the setting."""
    said = ours.files(tmp_path)
    (tmp_path / "chain.pem").write_text("x")
    with pytest.raises(UnusableSettings, match="holds no certificates"):
        open_continuity(Settings.from_environment({"CONTINUITY_DATA": str(tmp_path / "data"), **said}))
    with pytest.raises(UnusableSettings, match="come together"):
        Settings.from_environment({"CONTINUITY_C2PA_KEY_FILE": said["CONTINUITY_C2PA_KEY_FILE"]})
    with pytest.raises(UnusableSettings, match="no http address"):
        Settings.from_environment({**said, "CONTINUITY_C2PA_TIME_STAMPS": "tsa.example"})


@pytest.mark.parametrize(("days", "status"), [(-2, "fail"), (0, "ok"), (61, "warn"), (91, "fail")])
def test_the_doctor_looks_at_its_end(ours: House, tmp_path: Path, days: int, status: str) -> None:
    """Not good yet, good, to be renewed within a month, over."""
    certificate = load_certificate(*files(ours, tmp_path), "")
    [found] = check_certificate(certificate, now=datetime.now(UTC) + days * DAY)

    assert (found.check, found.status) == ("certificate", status)
    assert "Han River" in found.message
