"""The pages, one file per place. A page reads views through its `Visit` and renders a template; it decides nothing."""
