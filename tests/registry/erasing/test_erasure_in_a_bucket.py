"""Erasing from a bucket that keeps versions: no version and no marker of a picture is left, and no word in any object."""

from __future__ import annotations

from pathlib import Path

from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from registry.blobs import store_for
from registry.deciders.clip import DecideClip
from registry.erasure import carry_out, erase_clip, order_erasure
from tests.registry.erasing.person import CLIP, FACE, HER, HIS, PAID, Person
from tests.registry.log.opened import ME, STUDIO, opened
from tests.servers.s3 import S3Server, asking


def objects(client: Minio, bucket: str) -> dict[tuple[str, str], bytes]:
    """Every version of every object, with its bytes and its metadata; a marker has none."""
    found = {}
    for one in client.list_objects(bucket, recursive=True, include_version=True):
        content = b""
        if not one.is_delete_marker:
            answer = client.get_object(bucket, one.object_name, version_id=one.version_id)
            content = answer.read() + repr(dict(answer.headers)).encode()
            answer.close()
            answer.release_conn()
        found[one.object_name, one.version_id] = content
    return found


def test_no_word_is_left_in_a_bucket(tmp_path: Path, s3: S3Server) -> None:
    """Pictures, answers and, once so decided, clips go in all versions, hidden ones too; others' pictures stay."""
    blobs = store_for(s3.url("erasure"), access_key=s3.access_key, secret_key=s3.secret_key)
    bucket = s3.bucket("erasure")
    with asking(s3) as client, opened(tmp_path) as log:
        blobs.check()
        client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
        person = Person(log, blobs, tmp_path)
        person.tell()
        client.remove_object(bucket, f"{STUDIO}/{FACE}/rendition")  # only hides it under a marker
        words = [word.encode() for word in person.words.made]
        before = objects(client, bucket)
        assert any(word in content for content in before.values() for word in words)

        order_erasure(log.registry, STUDIO, HER, "consent_withdrawn", context=ME)
        carry_out(person.tools(), STUDIO, HER)
        decided = DecideClip(stream=CLIP, decision="erase", likeness=HER, reason="as she asked")
        erase_clip(person.tools(), STUDIO, decided)

        after = objects(client, bucket)
        assert not [name for name, content in after.items() for word in words if word in content]
        left = {name for name, _ in after}
        assert not [name for name in left if FACE in name or PAID in name]
        assert f"{STUDIO}/{HIS}/original" in left
        assert person.traces() == {}
        blobs.close()
