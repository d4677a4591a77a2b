"""Where everything is kept: database, data keys, blobs, and the marks of what was sent."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from pydantic import Field, SecretStr

from api.addresses import is_postgresql, with_password
from api.certifying import Certifying

IN_BUCKET: Final = "bucket"
"""Says of marks that they are in the bucket of the blobs; a folder of that name is `./bucket`."""
BUCKET: Final = "s3:"


class Keeping(Certifying):
    """Settings of places. What is not set stands in the data folder."""

    data: Path = Field(
        Path("data"), description="Folder for everything that is kept here: the database, keys, blobs."
    )
    database_url: SecretStr | None = Field(
        None,
        description="The database: `sqlite:///` and a path, or `postgresql://user@host/name` (17 or newer) with libpq's "
        "parameters, as `?sslmode=verify-full`. Empty: `continuity.sqlite` in the data folder.",
    )
    database_password: SecretStr | None = Field(
        None, description="Its user's password, unless the address holds one."
    )
    database_owner_url: SecretStr | None = Field(
        None,
        description="The same database for the login that owns its tables: `continuity migrate` uses it, services need not "
        "have it. Empty: the login of DATABASE_URL.",
    )
    database_owner_password: SecretStr | None = Field(None, description="The owner's password, likewise.")
    keys: SecretStr | None = Field(
        None,
        description="The data keys that seal personal fields: a file, or `postgresql://…` for a store that several machines "
        "share; back it up apart. Empty: `keys.sqlite` in the data folder.",
    )
    marks: str = Field(
        "",
        description="Where the marks are that tell a restored database; never restore them too: a folder, or `bucket` for the "
        "blobs' bucket. Empty: the bucket when the database is PostgreSQL and blobs are in one, else `marks` in the data folder.",
    )
    blobs_url: str = Field(
        "",
        description="The blob store: `file:///folder`, or `s3://bucket?endpoint=…`. Empty: the S3 settings below, "
        "else `blobs` in the data folder.",
    )
    s3_endpoint: str = Field(
        "", description="Host and port of any S3 server; set it to keep blobs in a bucket."
    )
    s3_bucket: str = Field(
        "continuity",
        description="The bucket; made when it is absent. On Ceph it must keep no versions: writers could overwrite each other.",
    )
    s3_access_key: SecretStr | None = Field(None, description="Its access key.")
    s3_secret_key: SecretStr | None = Field(None, description="Its secret key.")
    s3_region: str = Field("us-east-1", description="Its region.")
    s3_secure: bool = Field(True, description="Whether it speaks https.")

    @property
    def database(self) -> str:
        """The database's URL, with its password: not to be shown."""
        if self.database_url is None:
            return f"sqlite:///{self.data.absolute() / 'continuity.sqlite'}"
        return _whole(self.database_url, self.database_password)

    @property
    def database_owner(self) -> str:
        """The same database for who may change its tables, with the password: not to be shown."""
        if self.database_owner_url is None:
            return self.database
        return _whole(self.database_owner_url, self.database_owner_password)

    @property
    def key_store(self) -> str:
        """A path, or the URL of a PostgreSQL with its password: not to be shown."""
        return self.keys.get_secret_value() if self.keys else str(self.data / "keys.sqlite")

    @property
    def rebuild_folder(self) -> Path:
        """Where the views are made anew; there while they are."""
        return self.data / "rebuild"

    @property
    def marks_folder(self) -> Path | None:
        """The folder of the marks; None when they are in the blobs' bucket, where several machines see them."""
        shared = not self.marks and is_postgresql(self.database) and self.blobs.startswith(BUCKET)
        if self.marks == IN_BUCKET or shared:
            return None
        return Path(self.marks or self.data / "marks")

    @property
    def blobs(self) -> str:
        """The blob store's URL, without keys."""
        if self.blobs_url:
            return self.blobs_url
        if not self.s3_endpoint:
            return f"file://{self.data.absolute() / 'blobs'}"
        scheme = "https" if self.s3_secure else "http"
        asked = {"endpoint": f"{scheme}://{self.s3_endpoint}", "region": self.s3_region}
        return f"s3://{self.s3_bucket}?{urlencode(asked)}"


def _whole(address: SecretStr, password: SecretStr | None) -> str:
    """Raises ValueError when the password has no place in the address."""
    plain = address.get_secret_value()
    return with_password(plain, password.get_secret_value()) if password else plain
