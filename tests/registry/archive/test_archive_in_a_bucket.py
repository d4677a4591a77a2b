"""The way of a team that outgrows one machine, and back: SQLite and a folder, PostgreSQL and a bucket."""

from __future__ import annotations

from pathlib import Path

from registry.archive.exporting import export_studio
from registry.archive.importing import import_studio
from registry.blobs import store_for
from tests.registry.archive.houses import Installation, installation, order, source
from tests.registry.log.opened import STUDIO
from tests.servers.s3 import S3Server


def test_there_and_back(
    old: Installation, new: Installation, on_postgres: Path, s3: S3Server, tmp_path: Path
) -> None:
    """Events, views, answers, blob keys, digests and content types stay as they are; what is not the studio's is not touched."""
    bucket = store_for(s3.url("moving"), access_key=s3.access_key, secret_key=s3.secret_key)
    old.told()
    bucket.put("studio_other/asset/original", [b"not ours"], content_type="image/png")
    with installation(on_postgres, bucket) as middle:
        for source_of, target, folder in ((old, middle, "there"), (middle, new, "back")):
            export_studio(source_of.house(), STUDIO, order(tmp_path / folder))
            import_studio(target.house(), source(tmp_path / folder))
        assert middle.kept() == old.kept()
        assert list(bucket.list("studio_other/")) == ["studio_other/asset/original"]
        assert middle.log.registry.rebuild().different == ()
        assert middle.views() == old.views()

    assert new.kept() == old.kept()
    assert new.events() == old.events()
    assert new.views() == old.views()
    assert new.answers() == old.answers()
