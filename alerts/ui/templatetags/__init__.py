"""Template tags of the consoles: `{% load ui %}`."""
