"""Pages about people, stations and settings."""
