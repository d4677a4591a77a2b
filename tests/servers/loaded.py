"""What a server that forks imports last: from here on it and its children look for garbage among what comes, and not often."""

from tests import garbage

garbage.seldom()
