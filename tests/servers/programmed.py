"""For the server that forks our programs: all that they import while they start, and the application, made once a process."""

from importlib import import_module

from api.app import application
from api.settings import Settings

for name in (
    *("api.cli.root", "api.server", "api.working", "registry.log.engine.backup"),
    *("generation.sandbox.__main__", "generation.sandbox.process", "tests.servers.house"),
):
    import_module(name)

application(Settings.model_fields["body_most_bytes"].default)
