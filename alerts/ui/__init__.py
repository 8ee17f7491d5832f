"""What both consoles are made of: pages, tables, event search, charts, export."""
