"""The project: composes the application, holds no logic."""
