"""The project: composes the application and its processes, and holds no logic of its own."""
