"""What these tests share: a provider process, and a small studio."""

from tests.servers.carrying import provider, provider_process_fixture, studio, world

__all__ = ["provider", "provider_process_fixture", "studio", "world"]
