"""An operator who never saw the project follows docs/deploying.md, docs/adopting.md and docs/recovery.md."""
